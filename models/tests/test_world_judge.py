"""The judge: its shapes, and what the exported one knows about renders it has never seen."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from longtake_models.world import VOCABULARY, sample_take
from longtake_models.world.judge import action_batch, frame_batch, roughen, to_input
from longtake_models.world.judge_network import ACTION_FRAMES, FRAME_HEADS, ActionJudge, FrameJudge
from longtake_models.world.judging import FOLDER, Judge

exported = pytest.mark.skipif(not (FOLDER / "judge.json").exists(), reason="no judge has been exported")


def test_shapes() -> None:
    logits = FrameJudge().eval()(torch.zeros(2, 3, 64, 64))
    assert [tuple(value.shape) for value in logits] == [(2, len(VOCABULARY[name])) for name in FRAME_HEADS]
    assert ActionJudge().eval()(torch.zeros(2, ACTION_FRAMES, 3, 64, 64)).shape == (2, len(VOCABULARY["action"]))


def test_roughening_keeps_shape_and_picture() -> None:
    pictures, _ = action_batch(np.random.default_rng(0), 2)
    crisp = to_input(pictures)
    rough = roughen(crisp, torch.Generator().manual_seed(0))
    assert rough.shape == crisp.shape == (2, ACTION_FRAMES, 3, 64, 64)
    assert torch.corrcoef(torch.stack([crisp.flatten(), rough.flatten()]))[0, 1] > 0.5


@exported
def test_exported_judge_reads_unseen_renders() -> None:
    judge, rng = Judge(), np.random.default_rng(9100)
    pictures, labels = frame_batch(rng, 200)
    found = judge.frames(to_input(pictures).numpy())
    for name in FRAME_HEADS:
        assert np.mean(found[name] == labels[name]) >= 0.96, name
    clips, actions = action_batch(rng, 40)
    right = [judge.action(to_input(clip).numpy())[0] for clip in clips] == actions["action"]
    assert np.mean(right) >= 0.85


@exported
def test_agreement_tells_the_right_film_from_another() -> None:
    judge, rng = Judge(), np.random.default_rng(9101)
    clip = sample_take(rng, 24)
    names = {name: VOCABULARY[name][int(values[0])] for name, values in clip.labels.items()}
    pictures = to_input(clip.frames).numpy()
    right = judge.agreement(pictures, names)
    assert min(right[name] for name in FRAME_HEADS) > 0.9
    wrong = {name: next(n for n in VOCABULARY[name] if n != value) for name, value in names.items()}
    assert max(judge.agreement(pictures, wrong)[name] for name in FRAME_HEADS) < 0.1


@exported
def test_its_report_and_prompts_fit_the_vocabulary() -> None:
    report = json.loads((FOLDER / "judge.json").read_text(encoding="utf-8"))
    assert report["labels"] == VOCABULARY
    assert set(report["accuracy"]) == set(VOCABULARY)
    prompts = json.loads((FOLDER / "prompts.json").read_text(encoding="utf-8"))["prompts"]
    assert len(prompts) == 64
    for prompt in prompts:
        assert prompt["prompt"] and all(prompt[name] in VOCABULARY[name] for name in VOCABULARY)


def test_a_clip_of_one_world_is_judged_by_its_own_labels() -> None:
    clip = sample_take(np.random.default_rng(9102), ACTION_FRAMES)
    assert len(set(clip.labels["action"].tolist())) == 1
