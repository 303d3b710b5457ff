"""Longtake's models: one definition of the networks, the storybook world, training and export."""
