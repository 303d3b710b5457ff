"""APM's resampler (reference-spec §3.2): one image embedding -> a few image tokens."""

from __future__ import annotations

from torch import Tensor, nn

from ..config import ApmConfig


class Resampler(nn.Module):
    def __init__(self, config: ApmConfig, context_dim: int) -> None:
        super().__init__()
        self.tokens = config.image_tokens
        self.context_embedding = nn.Sequential(
            nn.Linear(config.image_width, config.hidden),
            nn.SiLU(),
            nn.Linear(config.hidden, config.image_tokens * context_dim),
        )

    def forward(self, embedding: Tensor) -> Tensor:
        """(B,E) -> (B, tokens, D)."""
        return self.context_embedding(embedding).unflatten(-1, (self.tokens, -1))
