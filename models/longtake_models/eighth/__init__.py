"""The original at an eighth of its width, with weights that a formula makes: proves the engine where nothing can be fetched."""
