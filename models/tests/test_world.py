"""The storybook world: deterministic, legible, and honest about what it shows."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from longtake_models.world import (
    BEAT,
    SIZE,
    VOCABULARY,
    Moment,
    Scene,
    describe,
    describe_change,
    film,
    render,
    sample_change,
    sample_clip,
    sample_frame,
    sample_prompts,
    sample_scene,
    sample_twins,
)
from longtake_models.world.actors import ACTORS, sprite
from longtake_models.world.sheet import contact_sheet

LABELS = ("actor", "place", "time", "weather", "action")
START = Moment(64, 0, 0)


def scene(**names: str) -> Scene:
    values = {"actor": "red car", "place": "meadow", "time": "day", "weather": "clear", "action": "moves right", **names}
    return Scene(**{label: VOCABULARY[label].index(name) for label, name in values.items()})


def test_same_seed_same_clip_and_other_seed_another() -> None:
    one, two, other = (sample_clip(np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert one.caption == two.caption and np.array_equal(one.frames, two.frames)
    assert not np.array_equal(one.frames, other.frames)


def test_shapes_types_and_label_ranges() -> None:
    rng = np.random.default_rng(1)
    frame, caption, labels = sample_frame(rng)
    assert frame.shape == (SIZE, SIZE, 3) and frame.dtype == np.uint8 and caption
    assert set(labels) == set(VOCABULARY) == set(LABELS)
    for _ in range(20):
        clip = sample_clip(rng, frames=24)
        assert clip.frames.shape == (24, SIZE, SIZE, 3) and clip.frames.dtype == np.uint8
        for name, values in clip.labels.items():
            assert values.shape == (24,) and 0 <= values.min() and values.max() < len(VOCABULARY[name])


def test_vocabulary_is_sixty_four_actors_with_unique_names() -> None:
    assert len(VOCABULARY["actor"]) == 64
    assert [len(VOCABULARY[name]) for name in LABELS[1:]] == [8, 3, 4, 6]
    nouns = [noun for actor in ACTORS for noun in actor.nouns]
    assert len(set(nouns)) == len(nouns), "a noun that means two actors cannot be learnt"


def test_labels_switch_once_in_one_way_or_altogether() -> None:
    rng = np.random.default_rng(2)
    alone, together = set(), 0
    for _ in range(200):
        clip = sample_clip(rng, frames=24, transition_probability=1.0)
        changed = [name for name in LABELS if getattr(clip.scene, name) != getattr(clip.new_scene, name)]
        together += len(changed) > 1
        alone |= set(changed) if len(changed) == 1 else set()
        assert clip.switch_frame in (BEAT, 2 * BEAT), "the engine changes prompts where a chunk begins"
        for name in LABELS:
            assert (clip.labels[name][: clip.switch_frame] == getattr(clip.scene, name)).all()
            assert (clip.labels[name][clip.switch_frame :] == getattr(clip.new_scene, name)).all()
    assert alone == set(LABELS) and 5 < together < 60


def test_a_change_is_mostly_told_after_its_scene_as_the_engine_asks_for_it() -> None:
    rng = np.random.default_rng(3)
    old, new = scene(), scene(time="night")
    told = [describe_change(old, new, "time", rng, before="a red car drives") for _ in range(50)]
    assert all(caption.startswith("a red car drives, ") for caption in told) and len(set(told)) > 4
    free = [describe_change(old, new, "time", rng) for _ in range(200)]
    named = [caption for caption in free if "car" in caption.lower() or "automobile" in caption.lower()]
    assert 140 < len(named) < 200


def test_no_transition_when_none_is_wanted() -> None:
    rng = np.random.default_rng(2)
    assert all(sample_clip(rng, 8, 0.0).switch_frame is None for _ in range(20))


def test_a_change_is_a_fade_between_two_worlds() -> None:
    old, new = scene(), scene(time="night")
    changing, still, later = (film(a, b, s, 24, "", START) for a, b, s in ((old, new, 8), (old, old, None), (new, new, None)))
    assert np.array_equal(changing.frames[:8], still.frames[:8])
    assert np.array_equal(changing.frames[15:], later.frames[15:])
    brightness = changing.frames[:, :8].mean((1, 2, 3))
    assert (np.diff(brightness[7:16]) < 0).all()


@pytest.mark.parametrize("action", VOCABULARY["action"])
@pytest.mark.parametrize("actor", ["red car", "dog", "butterfly", "ball"])
def test_everything_but_the_place_is_after_a_beat_where_it_was(actor: str, action: str) -> None:
    for weather in VOCABULARY["weather"]:
        shown = scene(actor=actor, action=action, weather=weather, place="sea")  # whose ground repeats within a beat
        frames = film(shown, shown, None, 2 * BEAT, "", START).frames.astype(int)
        ground, middle = slice(58, 64), slice(18, 46)
        assert np.abs(frames[0][ground] - frames[BEAT][ground]).max() <= 1
        assert np.abs(frames[0][middle, middle] - frames[BEAT][middle, middle]).mean() < 12  # the far layers move on
        assert len({frame.tobytes() for frame in frames[:BEAT]}) > 1, "and within the beat something moves"


@pytest.mark.parametrize("weather", VOCABULARY["weather"])
def test_more_detail_is_the_same_film_seen_closer(weather: str) -> None:
    shown = scene(actor="dog", weather=weather, action="moves left", place="city")
    small, large = (film(shown, shown, None, BEAT, "", START, detail).frames for detail in (1, 2))
    assert large.shape == (BEAT, 2 * SIZE, 2 * SIZE, 3)
    smaller = large.reshape(BEAT, SIZE, 2, SIZE, 2, 3).mean((2, 4))
    assert np.abs(smaller - small).mean() < 1
    assert np.abs(large - small.repeat(2, 1).repeat(2, 2).astype(float)).mean() > 2, "and it is not only larger"


def test_twins_differ_in_what_the_actor_does_and_in_the_words_for_it() -> None:
    rng, both_ways = np.random.default_rng(8), 0
    for _ in range(60):
        one, two = sample_twins(rng, frames=16)
        differing = [name for name in LABELS if getattr(one.scene, name) != getattr(two.scene, name)]
        assert differing == ["action"] and one.switch_frame is None and two.switch_frame is None
        assert one.caption != two.caption and not np.array_equal(one.frames, two.frames)
        if {one.scene.action, two.scene.action} == {0, 1}:
            both_ways += 1
            assert "left" in (one if one.scene.action == 1 else two).caption.lower()
    assert 25 < both_ways < 55


def test_some_captions_leave_the_actor_open_but_no_prompt_of_the_evaluation_does() -> None:
    rng, shown = np.random.default_rng(9), scene(actor="dog")
    nouns = ACTORS[shown.actor].nouns
    named = lambda caption: any(noun in caption.lower() for noun in nouns)  # noqa: E731
    free = [named(describe(shown, rng)) for _ in range(500)]
    assert 430 < sum(free) < 490
    assert all(named(describe(shown, rng, complete=True)) for _ in range(300))


def test_the_example_of_the_readme_is_in_the_grammar() -> None:
    wanted = "a red car drives through a snowy city at night"
    target, rng = scene(place="city", time="night", weather="snow"), np.random.default_rng(0)
    assert any(describe(target, rng, complete=True).lower().rstrip(".") == wanted for _ in range(60_000))


def test_captions_name_what_must_be_named() -> None:
    rng = np.random.default_rng(6)
    for _ in range(300):
        caption = describe(scene(place="city", time="night", weather="snow"), rng, complete=True).lower()
        assert any(word in caption for word in ("city", "town", "street"))
        assert any(word in caption for word in ("night", "moon", "dark", "star"))
        assert any(word in caption for word in ("snow", "wintry"))


def test_captions_are_tidy_varied_and_fit_the_text_encoder() -> None:
    rng = np.random.default_rng(7)
    captions = [describe(sample_scene(rng), rng) for _ in range(2000)]
    for _ in range(500):
        old = sample_scene(rng)
        new, field = sample_change(rng, old)
        captions.append(describe_change(old, new, field, rng))
    for caption in captions:
        assert caption == caption.strip() and "  " not in caption and "{" not in caption and ", ," not in caption
        assert len(caption.split()) <= 30
    assert len(set(captions)) > 2300


def test_prompts_are_repeatable_complete_and_unlike_training() -> None:
    prompts = sample_prompts(9002, 16)
    assert prompts == sample_prompts(9002, 16) != sample_prompts(9003, 16)
    for prompt in prompts:
        assert all(prompt[name] in VOCABULARY[name] for name in LABELS)


def test_movers_look_where_they_go_and_the_world_scrolls_past() -> None:
    right, left = (film(s, s, None, 8, "", START) for s in (scene(), scene(action="moves left")))
    # The strip below the shadow shows the ground alone; it moves by four pixels a frame, against the direction of travel.
    rows = slice(60, 64)
    assert np.array_equal(right.frames[0][rows, 4:], right.frames[1][rows, :-4])
    assert np.array_equal(left.frames[0][rows, :-4], left.frames[1][rows, 4:])
    car = VOCABULARY["actor"].index("red car")
    assert np.abs(sprite(car).colour - sprite(car, left=True).colour[:, ::-1]).max() < 2


def test_standing_in_clear_weather_moves_nothing_but_the_actor() -> None:
    clip = film(scene(action="stands"), scene(action="stands"), None, 12, "", START)
    assert np.ptp(clip.frames[:, :, :12].astype(int), axis=0).max() == 0


@pytest.mark.parametrize("label", ["place", "time", "weather", "actor"])
def test_every_value_looks_different(label: str) -> None:
    base = scene(actor="dog")
    pictures = [render(replace(base, **{label: index}), Moment(0, 0, 5)) for index in range(len(VOCABULARY[label]))]
    for index, picture in enumerate(pictures):
        assert np.isfinite(picture).all() and -1e-3 <= picture.min() and picture.max() <= 255.5
        for other in pictures[:index]:
            assert np.abs(picture - other).mean() > 2.5


def test_actors_are_big_enough_to_be_known() -> None:
    for index in range(len(ACTORS)):
        height, width = sprite(index).cover.shape[:2]
        assert max(height, width) >= 26 and height >= 18 and width <= 38
        assert sprite(index).cover.mean() > 0.2


def test_rendering_is_fast_enough_to_feed_a_training() -> None:
    rng = np.random.default_rng(0)
    for _ in range(600):  # fill the caches
        sample_frame(rng)
    start = time.process_time()
    for _ in range(300):
        sample_frame(rng)
    assert 300 / (time.process_time() - start) > 700


def test_contact_sheet_shows_every_actor() -> None:
    sheet = contact_sheet(1)
    assert sheet.width > 1000 and sheet.height > 900
