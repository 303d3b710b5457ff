"""The enhancer's training sees what refinement will show it, and begins as the base model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from longtake_models.config import CONFIGS  # noqa: E402
from longtake_models.networks.unet3d import UNet3D  # noqa: E402
from longtake_models.training.enhancer import STRENGTHS, EnhancerTask, new_enhancer, refine  # noqa: E402

CONFIG = CONFIGS["storybook"]


def test_a_network_that_knows_the_truth_refines_to_it_in_any_number_of_steps() -> None:
    truth, source, noise = torch.randn(3, 2, 4, 16, 6, 6).unbind(0)
    knowing = lambda x, timestep, texts, source: (x - truth) / (timestep / 1000).view(-1, 1, 1, 1, 1)  # noqa: E731
    for steps in (1, 2, 5):
        made = refine(knowing, source, torch.zeros(2, 48, 384), CONFIG.enhancer, noise, steps)
        assert torch.allclose(made, truth, atol=1e-4)


def test_training_shows_the_states_that_refinement_passes_through() -> None:
    task = object.__new__(EnhancerTask)
    source, truth = torch.full((4000, 1, 1, 1, 1), 4.0), torch.full((4000, 1, 1, 1, 1), -4.0)
    x, sigma = task._noised(source, truth, np.random.default_rng(0))
    low, high = STRENGTHS
    assert low / 3 <= float(sigma.min()) < low and 0.95 * high < float(sigma.max()) <= high
    # x = (1 - share) truth + share ((1 - strength) source + strength noise), with sigma = share * strength.
    x, sigma = x.flatten(), sigma
    share = (x + 4 + 4 * sigma) / 8  # as seen without the noise
    for part in (1 / 3, 1 / 2, 2 / 3, 1):
        near = (share - part).abs() < 0.02
        assert int(near.sum()) > 50
    expected = torch.stack([(share - part).abs() for part in (1 / 3, 1 / 2, 2 / 3, 1)]).min(dim=0).values
    assert float(expected.square().mean().sqrt()) < float(sigma.square().mean().sqrt()) / 8 * 1.3


def test_the_enhancer_begins_as_the_base_model_with_positions_that_repeat_with_the_beat(tmp_path: Path) -> None:
    unet = replace(CONFIG.unet, block_out_channels=(32, 32))
    config = replace(CONFIG, unet=unet, enhancer=replace(CONFIG.enhancer, unet=replace(unet, in_channels=32, out_channels=16, temporal_positions=24, intervals=False)))
    base = UNet3D(unet, config.cam, config.apm)
    state = {f"base_model.{name}": value for name, value in base.state_dict().items()}
    torch.save({"ema": state}, tmp_path / "checkpoint.pt")
    network = new_enhancer(config, tmp_path / "checkpoint.pt")
    assert torch.equal(network.down_blocks[0].resnets[0].conv1.weight, base.down_blocks[0].resnets[0].conv1.weight)
    positions, known = network.transformer_in.positions, base.transformer_in.positions
    assert torch.equal(positions[:16], known) and torch.equal(positions[16:], known[8:])


def test_shards_of_another_world_are_refused() -> None:
    task = object.__new__(EnhancerTask)
    shard = {"labels": np.arange(4), "states": np.ones(3)}
    task.small, task.large = ({"clips": type("Set", (), {"shards": [shard, dict(shard)]})()} for _ in range(2))
    task._require_pairs()
    task.small["clips"].shards[1]["labels"] = np.arange(4) + 1
    with pytest.raises(ValueError, match="clips shard 1"):
        task._require_pairs()


def test_a_network_that_has_learnt_nothing_leaves_a_film_as_it_is() -> None:
    network = new_enhancer(CONFIG, None)
    source, noise = torch.randn(2, 1, 3, 16, 4, 4).unbind(0)
    made = refine(network, source, torch.zeros(1, 48, 384), CONFIG.enhancer, noise, 2)
    assert torch.allclose(made, source, atol=0.05)  # bfloat16
