"""Commands: world, truth, train, evaluate, export, convert, fullwidth, eighth. Run from the folder `models/`: `python -m longtake_models --help`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

# Idle OpenMP threads must sleep, not spin: the machine is shared with other work. Read when the runtime starts.
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

MODELS = Path(__file__).resolve().parent.parent
WORK = MODELS / ".work"


def _plan(arguments: argparse.Namespace, **defaults):
    """A Plan from the stage's defaults and what the command line says otherwise."""
    from .training.harness import Plan

    values = dict(defaults)
    if arguments.steps is not None:
        values.pop("minutes", None)
        values["steps"] = arguments.steps
    elif arguments.minutes is not None:
        values["minutes"] = arguments.minutes
    for name in ("learning_rate", "decay_fraction", "threads", "device", "sheet_seconds", "save_seconds"):
        given = getattr(arguments, name)
        if given is not None:
            values[name] = given
    return Plan(**values)


def _train(arguments: argparse.Namespace) -> None:
    work = Path(arguments.work)
    extra = {"batch": arguments.batch} if arguments.batch else {}
    if arguments.optimizer and arguments.stage not in ("base-frames", "base-clips", "cam-apm"):
        raise SystemExit("--optimizer is a choice of base-frames, base-clips and cam-apm")
    if arguments.start:
        if arguments.stage not in ("base-frames", "cam-apm", "distill", "enhancer"):
            raise SystemExit("--start is an option of base-frames, cam-apm, distill and enhancer")
        extra["start"] = Path(arguments.start)
    if arguments.optimizer:
        extra["optimizer"] = arguments.optimizer
    rate = {"adamw": 0.05}.get(arguments.optimizer, 1.0)  # Muon's rates are twenty times AdamW's
    if arguments.stage == "autoencoder":
        from .training import autoencoder

        autoencoder.train(work, _plan(arguments, minutes=25, learning_rate=0.02), **extra)
    elif arguments.stage == "decoder":
        from .training import autoencoder

        autoencoder.train(
            work, _plan(arguments, minutes=10, learning_rate=0.01), decoder_only=True, latent_noise=0.15, **extra
        )
    elif arguments.stage == "large-autoencoder":
        from .training import autoencoder

        autoencoder.train_large(work, _plan(arguments, minutes=20, learning_rate=0.01), **extra)
    elif arguments.stage == "latents":
        from .training import latents

        latents.build(work, threads=arguments.threads or 0)
    elif arguments.stage == "large-latents":
        from .training import latents

        latents.build_large(work, threads=arguments.threads or 0)
    elif arguments.stage == "enhancer":
        from .training import enhancer

        enhancer.train(work, _plan(arguments, minutes=60, learning_rate=0.006), **extra)
    elif arguments.stage in ("base", "base-frames", "base-clips"):
        from .training import base

        if arguments.stage != "base-clips":
            base.train_frames(work, _plan(arguments, minutes=30, learning_rate=0.02 * rate), **extra)
        if arguments.stage != "base-frames":
            base.train_clips(work, _plan(arguments, minutes=20, learning_rate=0.01 * rate), **extra)
    elif arguments.stage == "cam-apm":
        from .training import cam_apm

        extra["frozen_base"] = arguments.freeze_base
        cam_apm.train(work, _plan(arguments, minutes=40, learning_rate=0.01 * rate), **extra)
    elif arguments.stage == "distill":
        from .training import distill

        distill.train(work, _plan(arguments, minutes=25, learning_rate=0.006), **extra)
    elif arguments.stage == "judge":
        from .world.judge import main_judge

        main_judge(["--minutes", str(arguments.minutes)] if arguments.minutes else [])


def _export(arguments: argparse.Namespace) -> None:
    from .export import cli

    cli.run(arguments)


def _convert(arguments: argparse.Namespace) -> None:
    from .convert import cli

    cli.run(arguments)


def _eighth(arguments: argparse.Namespace) -> None:
    from .eighth import cli

    cli.run(arguments)


def _fullwidth(arguments: argparse.Namespace) -> None:
    from .convert import fullwidth

    fullwidth.run(arguments)


def _world(arguments: argparse.Namespace) -> None:
    from .world.sheet import main_world

    main_world([])


def _truth(arguments: argparse.Namespace) -> None:
    from .world import truth

    truth.write(Path(arguments.work), Path(arguments.out))


def _evaluate(arguments: argparse.Namespace) -> None:
    from .training import evaluate

    evaluate.run(Path(arguments.work), arguments.stage, arguments.prompts, arguments.chunks, arguments.sampler_steps, arguments.guidance)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="longtake_models", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train one stage; goes on from its checkpoint if there is one")
    train.add_argument(
        "stage",
        choices=[
            "autoencoder", "decoder", "latents", "base", "base-frames", "base-clips", "cam-apm", "distill", "judge", "large-autoencoder", "large-latents",
            "enhancer",
        ],  # fmt: skip
    )
    train.add_argument("--minutes", type=float, help="training time of the stage, all resumed runs together")
    train.add_argument("--steps", type=int, help="the same in steps")
    train.add_argument("--batch", type=int)
    train.add_argument("--optimizer", choices=["muon", "adamw"], help="of the UNet stages; default muon")
    train.add_argument("--start", help="checkpoint whose averaged weights a new base-frames, cam-apm or distill starts from")
    train.add_argument("--freeze-base", action="store_true", dest="freeze_base", help="cam-apm: train CAM and mergers only")
    train.add_argument("--learning-rate", type=float, dest="learning_rate")
    train.add_argument("--decay-fraction", type=float, dest="decay_fraction")
    train.add_argument("--threads", type=int, help="0 = all cores")
    train.add_argument("--device", help="cpu or cuda")
    train.add_argument("--sheet-seconds", type=float, dest="sheet_seconds")
    train.add_argument("--save-seconds", type=float, dest="save_seconds")
    train.add_argument("--work", default=str(WORK), help="folder for checkpoints, caches and sheets")
    train.set_defaults(run=_train)

    evaluate = commands.add_parser("evaluate", help="sample held-out prompts and ask the judge what they show")
    evaluate.add_argument("--stage", default="cam-apm", choices=["base-frames", "base-clips", "cam-apm", "distill"])
    evaluate.add_argument("--prompts", type=int, default=64)
    evaluate.add_argument("--chunks", type=int, default=1)
    evaluate.add_argument("--sampler-steps", type=int, default=16, dest="sampler_steps")
    evaluate.add_argument("--guidance", type=float, default=4.0, help="0: the fast way of a distilled model")
    evaluate.add_argument("--work", default=str(WORK))
    evaluate.set_defaults(run=_evaluate)

    world = commands.add_parser("world", help="draw the contact sheet of the storybook world")
    world.set_defaults(run=_world)

    truth = commands.add_parser("truth", help="draw the clips that the enhancer is evaluated on")
    truth.add_argument("--work", default=str(WORK))
    truth.add_argument("--out", default=str(MODELS / "storybook-judge" / "truth"))
    truth.set_defaults(run=_truth)

    export = commands.add_parser("export", help="write a pack: ONNX graphs, pack.json, golden tensors")
    export.add_argument("--checkpoint", help="checkpoint of distill (the pack then has the fast mode), cam-apm or the base model; none: random weights, to try the engine")
    export.add_argument("--out", default=str(MODELS / "storybook"))
    export.add_argument("--work", default=str(WORK), help="where the autoencoder is taken from")
    export.set_defaults(run=_export)

    convert = commands.add_parser("convert", help="make a pack of StreamingT2V's published weights")
    convert.add_argument("--checkpoint", type=Path, required=True, help="streaming_t2v.ckpt")
    convert.add_argument("--base", type=Path, required=True, help="the folder text-to-video-ms-1.7b (diffusers' layout)")
    convert.add_argument("--enhancer", type=Path, help="the folder of MS-Vid2Vid-XL; without it the pack can't refine")
    convert.add_argument("--out", type=Path, required=True, help="the pack; give the same again to go on after a stop")
    convert.add_argument(
        "--inert", action="append", default=[], metavar="NAME",
        help="a class named in a refused pickle (module.Class) that may be read as an empty value; it is never run",
    )  # fmt: skip
    convert.set_defaults(run=_convert)

    eighth = commands.add_parser("eighth", help="write the original at an eighth of its width, for the engine's tests")
    eighth.add_argument("--out", type=Path, required=True, help="the pack, without its weights: a formula makes them")
    eighth.add_argument("--weights", action="store_true", help="with its weights (200 MB)")
    eighth.add_argument("--check", action="store_true", help="run every network by ONNX Runtime as well")
    eighth.set_defaults(run=_eighth)

    fullwidth = commands.add_parser("fullwidth", help="check the conversion with random weights at the original's full width")
    fullwidth.add_argument("--only", nargs="+", metavar="NETWORK", help="default: all, one after the other")
    fullwidth.add_argument("--count", action="store_true", help="say parameters and TFLOP of a pass, and run nothing")
    fullwidth.add_argument("--work", type=Path, default=WORK / "fullwidth", help="folder for at most 3 GB at a time")
    fullwidth.set_defaults(run=_fullwidth)
    return top


def main(arguments: list[str] | None = None) -> int:
    parsed = parser().parse_args(arguments)
    parsed.run(parsed)
    return 0
