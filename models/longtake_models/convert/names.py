"""Publishers' names for the same networks, translated into ours (those of diffusers and transformers).

Each translation takes a file's tensors and gives the network's; what it doesn't know keeps its name and is found to be
too much by strict loading. Reshapes are views, so nothing is read from disk here.
"""

from __future__ import annotations

import re
from typing import Callable, Mapping

from torch import Tensor

Tensors = dict[str, Tensor]
Translation = Callable[[Mapping[str, Tensor]], Tensors]


def as_they_are(tensors: Mapping[str, Tensor]) -> Tensors:
    return dict(tensors)


def _renamed(tensors: Mapping[str, Tensor], rules: list[tuple[str, str]], pointwise: str = r"(?!)") -> Tensors:
    """`rules`: pattern and replacement, all applied in order. Names that match `pointwise` afterwards are linear layers that
    were saved as convolutions of kernel 1: (C',C,1,1) or (C',C,1) -> (C',C)."""
    result = {}
    for name, tensor in tensors.items():
        for pattern, replacement in rules:
            name = re.sub(pattern, replacement, name)
        if re.search(pointwise, name) and tensor.dim() > 2 and set(tensor.shape[2:]) == {1}:
            tensor = tensor.flatten(1)
        result[name] = tensor
    return result


OLD_ATTENTION = [
    (r"(mid_block\.attentions\.0)\.query\.", r"\1.to_q."),
    (r"(mid_block\.attentions\.0)\.key\.", r"\1.to_k."),
    (r"(mid_block\.attentions\.0)\.value\.", r"\1.to_v."),
    (r"(mid_block\.attentions\.0)\.proj_attn\.", r"\1.to_out.0."),
]
AUTOENCODER_LINEAR = r"mid_block\.attentions\.0\.to_.*weight$"


def autoencoder(tensors: Mapping[str, Tensor]) -> Tensors:
    """AutoencoderKL of diffusers, also with the names of its attention before version 0.18."""
    return _renamed(tensors, OLD_ATTENTION, AUTOENCODER_LINEAR)


def latent_diffusion_autoencoder(tensors: Mapping[str, Tensor]) -> Tensors:
    """AutoencoderKL of CompVis' latent diffusion (reference-spec §6.2); its decoder counts levels from the picture's side."""
    levels = 1 + max((int(m[1]) for n in tensors if (m := re.match(r"decoder\.up\.(\d+)\.", n))), default=0)
    result = _renamed(
        tensors,
        [
            (r"^encoder\.down\.(\d+)\.block\.", r"encoder.down_blocks.\1.resnets."),
            (r"^encoder\.down\.(\d+)\.downsample\.", r"encoder.down_blocks.\1.downsamplers.0."),
            (r"^decoder\.up\.(\d+)\.block\.", r"decoder.up_blocks.\1.resnets."),
            (r"^decoder\.up\.(\d+)\.upsample\.", r"decoder.up_blocks.\1.upsamplers.0."),
            (r"\.mid\.block_1\.", r".mid_block.resnets.0."),
            (r"\.mid\.block_2\.", r".mid_block.resnets.1."),
            (r"\.mid\.attn_1\.norm\.", r".mid_block.attentions.0.group_norm."),
            (r"\.mid\.attn_1\.([qkv])\.", r".mid_block.attentions.0.to_\1."),
            (r"\.mid\.attn_1\.proj_out\.", r".mid_block.attentions.0.to_out.0."),
            (r"\.nin_shortcut\.", ".conv_shortcut."),
            (r"\.norm_out\.", ".conv_norm_out."),
        ],
        AUTOENCODER_LINEAR,
    )

    def turned(match: re.Match) -> str:
        return f"decoder.up_blocks.{levels - 1 - int(match[1])}"

    return {re.sub(r"^decoder\.up_blocks\.(\d+)", turned, n): t for n, t in result.items()}


def open_clip_text(tensors: Mapping[str, Tensor]) -> Tensors:
    """OpenCLIP's text tower (reference-spec §6.2): q, k and v come as one matrix."""
    result = {}
    for name, tensor in _renamed(
        tensors,
        [
            (r"^positional_embedding$", "text_model.embeddings.position_embedding.weight"),
            (r"^token_embedding\.", "text_model.embeddings.token_embedding."),
            (r"^ln_final\.", "text_model.final_layer_norm."),
            (r"^transformer\.resblocks\.", "text_model.encoder.layers."),
            (r"^(text_model\.encoder\.layers\.\d+)\.ln_([12])\.", r"\1.layer_norm\2."),
            (r"^(text_model\.encoder\.layers\.\d+)\.mlp\.c_fc\.", r"\1.mlp.fc1."),
            (r"^(text_model\.encoder\.layers\.\d+)\.mlp\.c_proj\.", r"\1.mlp.fc2."),
            (r"^(text_model\.encoder\.layers\.\d+)\.attn\.out_proj\.", r"\1.self_attn.out_proj."),
        ],
    ).items():
        together = re.match(r"^(text_model\.encoder\.layers\.\d+)\.attn\.in_proj_(weight|bias)$", name)
        if together and tensor.shape[0] % 3 == 0:
            for part, piece in zip("qkv", tensor.chunk(3)):
                result[f"{together[1]}.self_attn.{part}_proj.{together[2]}"] = piece
        else:
            result[name] = tensor
    return result


def model_scope_unet(layers_per_block: int, levels: int) -> Translation:
    """ModelScope's 3-D UNet (reference-spec §6.2), whose blocks are numbered through: one entry per skip tensor."""
    in_level = layers_per_block + 1
    prefixes: list[tuple[str, str]] = [
        (r"^time_embed\.0\.", "time_embedding.linear_1."),
        (r"^time_embed\.2\.", "time_embedding.linear_2."),
        (r"^input_blocks\.0\.0\.", "conv_in."),
        (r"^input_blocks\.0\.1\.", "transformer_in."),
        (r"^out\.0\.", "conv_norm_out."),
        (r"^out\.2\.", "conv_out."),
        (r"^middle_block\.0\.", "mid_block.resnets.0."),
        (r"^middle_block\.1\.", "mid_block.attentions.0."),
        (r"^middle_block\.2\.", "mid_block.temp_attentions.0."),
        (r"^middle_block\.3\.", "mid_block.resnets.1."),
    ]
    for level in range(levels):
        for j in range(layers_per_block):
            entry = 1 + level * in_level + j
            for k, kind in enumerate(("resnets", "attentions", "temp_attentions")):
                prefixes.append((rf"^input_blocks\.{entry}\.{k}\.", f"down_blocks.{level}.{kind}.{j}."))
        entry = (level + 1) * in_level
        prefixes.append((rf"^input_blocks\.{entry}\.(?:0\.)?op\.", f"down_blocks.{level}.downsamplers.0.conv."))
        for j in range(in_level):
            entry = level * in_level + j
            # The upsampler comes last in its entry, wherever that is: it alone has a `.conv` of its own.
            prefixes.append((rf"^output_blocks\.{entry}\.\d+\.conv\.", f"up_blocks.{level}.upsamplers.0.conv."))
            for k, kind in enumerate(("resnets", "attentions", "temp_attentions")):
                prefixes.append((rf"^output_blocks\.{entry}\.{k}\.", f"up_blocks.{level}.{kind}.{j}."))
    inside = [
        (r"\.in_layers\.0\.", ".norm1."),
        (r"\.in_layers\.2\.", ".conv1."),
        (r"\.emb_layers\.1\.", ".time_emb_proj."),
        (r"\.out_layers\.0\.", ".norm2."),
        (r"\.out_layers\.3\.", ".conv2."),
        (r"\.skip_connection\.", ".conv_shortcut."),
        (r"\.resnets\.(\d+)\.temopral_conv\.", r".temp_convs.\1."),
    ]
    linear = r"(^transformer_in|temp_attentions\.\d+|attentions\.\d+)\.proj_(in|out)\.weight$"
    return lambda tensors: _renamed(tensors, prefixes + inside, linear)
