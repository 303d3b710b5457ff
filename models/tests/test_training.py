"""The training loop: it resumes where it was killed, and its pieces do what they say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from longtake_models.config import CONFIGS  # noqa: E402
from longtake_models.training import distill, flow, muon  # noqa: E402
from longtake_models.training.base import flow_loss, take_weights  # noqa: E402
from longtake_models.training.cam_apm import KEPT, window_start  # noqa: E402
from longtake_models.training.harness import Plan, Stage, WeightAverage, learning_rate, save_atomically  # noqa: E402
from longtake_models.training.latents import LatentSet, pad_states  # noqa: E402

MODELS = Path(__file__).resolve().parents[1]


def make_stage(folder: Path, steps: int, seen: list[int], stop_at: int | None = None) -> Stage:
    torch.manual_seed(0)
    module = torch.nn.Linear(4, 2)
    x = torch.randn(8, 4)

    def loss(step: int):
        seen.append(step)
        if stop_at is not None and step == stop_at:
            os.kill(os.getpid(), signal.SIGTERM)
        value = (module(x) - 1.0).square().mean()
        return value, {"loss": value.item()}

    return Stage("tiny", module, folder, Plan(steps=steps, learning_rate=0.05, warmup_steps=1), loss, 8)


def test_a_stopped_stage_goes_on_at_the_right_step(tmp_path: Path) -> None:
    seen: list[int] = []
    make_stage(tmp_path, 10, seen, stop_at=2).run()
    assert seen == [0, 1, 2]
    again = make_stage(tmp_path, 10, seen)
    assert again.resume() and again.step == 3
    again.run()
    assert seen == list(range(10))
    straight = make_stage(tmp_path / "straight", 10, [])
    straight.run()
    for key, value in straight.module.state_dict().items():
        assert torch.equal(value, again.module.state_dict()[key])
        assert torch.equal(straight.average.shadow[key], again.average.shadow[key])


def test_a_killed_process_resumes_from_its_last_checkpoint(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import sys, time, torch
        from pathlib import Path
        from longtake_models.training.harness import Plan, Stage
        module = torch.nn.Linear(2, 1)
        def loss(step):
            time.sleep(0.05)
            return module(torch.ones(1, 2)).square().mean(), {}
        stage = Stage("tiny", module, Path(sys.argv[1]), Plan(steps=100000, save_seconds=0.1), loss, 1)
        stage.run()
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=MODELS)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if (tmp_path / "checkpoint.pt").exists() and torch.load(tmp_path / "checkpoint.pt")["step"] >= 3:
                break
            time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
    step = torch.load(tmp_path / "checkpoint.pt")["step"]
    assert step >= 3
    stage = Stage("tiny", torch.nn.Linear(2, 1), tmp_path, Plan(steps=step + 2), lambda s: (torch.zeros((), requires_grad=True), {}), 1)
    assert stage.resume()
    assert stage.step == step


def test_weights_go_on_when_other_parameters_train(tmp_path: Path) -> None:
    make_stage(tmp_path, 3, []).run()
    stage = make_stage(tmp_path, 5, [])
    stage.optimizer = torch.optim.AdamW([{"params": [stage.module.weight]}, {"params": [stage.module.bias]}])
    before = torch.load(tmp_path / "checkpoint.pt")["weights"]["weight"]
    assert stage.resume() and stage.step == 3
    assert torch.equal(stage.module.weight.detach(), before)


def test_learning_rate_warms_up_holds_and_cools_down() -> None:
    plan = Plan(steps=1000, learning_rate=1.0, warmup_steps=10, decay_fraction=0.5)
    assert learning_rate(plan, 0, 0.0) == pytest.approx(0.1)
    assert learning_rate(plan, 100, 0.1) == 1.0
    assert learning_rate(plan, 750, 0.75) == pytest.approx(0.5)
    assert learning_rate(plan, 999, 1.0) == 0.0


def test_average_follows_the_weights_and_forgets_the_start() -> None:
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(module.weight, 5.0)
    average = WeightAverage(module, gamma=6.0)
    torch.nn.init.constant_(module.weight, 1.0)
    for step in range(1, 200):
        average.update(module, step, 1)
    assert average.shadow["weight"].item() == pytest.approx(1.0, abs=1e-3)


def test_an_interrupted_save_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    save_atomically({"step": 1}, path)
    with pytest.raises(Exception):
        save_atomically({"step": lambda: None}, path)
    assert torch.load(path)["step"] == 1


def test_muon_updates_are_orthogonal() -> None:
    update = muon.orthogonalise(torch.randn(32, 64))
    values = torch.linalg.svdvals(update)
    assert 0.6 < values.min() and values.max() < 1.4


def test_muon_and_adamw_share_a_module_without_overlap() -> None:
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.GroupNorm(2, 8), torch.nn.Linear(8, 8))
    groups = muon.split_groups(module.named_parameters(), 0.1)
    assert sum(len(g["params"]) for g in groups) == len(list(module.parameters()))
    assert all(p.ndim >= 2 for p in groups[0]["params"])


def test_euler_recovers_a_point_from_its_exact_velocity() -> None:
    target, noise = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    out = flow.euler(lambda x, sigma: (x - target) / sigma, noise, steps=5, shift=2.0)
    assert torch.allclose(out, target, atol=1e-5)


def test_noise_is_added_on_the_straight_line() -> None:
    x0, noise = torch.zeros(2, 1, 1), torch.ones(2, 1, 1)
    x, v = flow.add_noise(x0, noise, torch.tensor([0.25, 0.75]))
    assert x.flatten().tolist() == [0.25, 0.75] and v.flatten().tolist() == [1.0, 1.0]


def test_distillation_covers_the_steps_of_a_schedule() -> None:
    now, after = distill.sample_interval(500, np.random.default_rng(0), CONFIGS["storybook"].diffusion.fast)
    width = now - after
    assert now.max() == 1.0 and after.min().abs() < 1e-6
    assert sorted({round(1 / float(w)) for w in width}) == [4, 5, 6, 7, 8]
    assert torch.allclose((1 - now) / width, ((1 - now) / width).round(), atol=1e-4)


def test_average_velocity_leads_where_many_small_steps_lead() -> None:
    start = torch.ones(2, 1, 1, 1, 1)
    now, after = torch.tensor([1.0, 0.5]), torch.tensor([0.75, 0.25])
    # dx/dsigma = x has the solution e^sigma.
    velocity = distill.average_velocity(lambda x, sigma: x, start, now, after, substeps=200)
    end = start - distill.spread(now - after) * velocity
    assert torch.allclose(end.flatten(), torch.exp(after - now), rtol=2e-3)


def test_weights_are_taken_from_a_larger_model_and_new_layers_stay(tmp_path: Path) -> None:
    class Small(torch.nn.Module):
        def __init__(self, more: bool) -> None:
            super().__init__()
            self.layer, self.other = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
            if more:
                self.extra = torch.nn.Linear(2, 2)

    source, target = Small(more=False), Small(more=True)
    kept = target.extra.weight.clone()
    save_atomically({"ema": {f"base_model.{k}": v for k, v in source.state_dict().items()}}, tmp_path / "c.pt")
    take_weights(target, tmp_path / "c.pt")
    assert torch.equal(target.layer.weight, source.layer.weight) and torch.equal(target.extra.weight, kept)
    save_atomically({"ema": {"elsewhere": torch.zeros(1)}}, tmp_path / "c.pt")
    with pytest.raises(ValueError, match="c.pt"):
        take_weights(target, tmp_path / "c.pt")


@pytest.mark.parametrize(("switch", "expected"), [(-1, {0, 8}), (8, {0, 8}), (16, {8})])
def test_windows_begin_on_the_beat_and_show_a_change_in_time(switch: int, expected: set[int]) -> None:
    rng = np.random.default_rng(0)
    assert {window_start(switch, rng) for _ in range(50)} == expected


def test_latent_shards_are_taken_in_as_they_appear(tmp_path: Path) -> None:
    def write(index: int) -> None:
        path = tmp_path / "clips" / f"{index:05d}.npz"
        path.parent.mkdir(exist_ok=True)
        np.savez(
            path,
            latents=np.full((128, 24, 16, 8, 8), index, np.float16),
            switch=np.full(128, -1, np.int16),
            states=np.ones((128 * 2, 384), np.float16),
            offsets=np.arange(0, 129 * 2, 2),
        )

    write(0)
    data = LatentSet(tmp_path, "clips")
    assert len(data) == 128
    write(1)
    assert data.refresh() == 256
    assert data.latents(130).min() == 1 and data.switch(130) == -1
    assert pad_states([data.states(130)]).abs().sum().item() == 2 * 384


def test_twins_are_noised_alike_and_others_are_not() -> None:
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    class Watcher(torch.nn.Module):
        def forward(self, x, timestep, states):
            seen.append((x, timestep))
            return torch.zeros_like(x)

    clean, states = torch.zeros(4, 16, 16, 8, 8), torch.zeros(4, 48, 384)
    for twins in (True, False):
        flow_loss(Watcher(), clean, states, torch.ones(8, 8), twins)
        x, timestep = seen.pop()
        assert torch.equal(x[0], x[1]) == twins and torch.equal(timestep[2:3], timestep[3:]) == twins
        assert not torch.equal(x[0], x[2])


def test_a_plan_needs_exactly_one_budget() -> None:
    with pytest.raises(ValueError):
        Plan()
    with pytest.raises(ValueError):
        Plan(minutes=1, steps=1)
