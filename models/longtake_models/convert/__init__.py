"""From the published weights of StreamingT2V to a pack: strict, safe to read from, and never more in memory than needed."""
