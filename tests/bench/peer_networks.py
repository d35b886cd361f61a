"""Networks that only the benchmark asks PyTorch for: GRU-D in two ways, and the encoder of PyTorch's own layers."""

import torch
from networks import PlainEncoder
from torch import nn
from torch.nn import functional as F


def part(**shapes):
    """Parameters under one name."""
    found = nn.Module()
    for name, shape in shapes.items():
        found.register_parameter(name, nn.Parameter(torch.zeros(shape)))
    return found


def standard(statistics, x, known):
    """Standardised, and 0 where nothing is known."""
    return ((torch.nan_to_num(x) - statistics.mean) / statistics.deviation).clamp(-5, 5) * known


class GruD(nn.Module):
    """GRU-D (Che et al. 2018) as its equations stand in the article, one step after the other."""

    def __init__(self, channels, n_facts, hidden, n_labels):
        super().__init__()
        self.values = part(mean=channels, deviation=channels)
        self.facts = part(mean=n_facts, deviation=n_facts, weight=(hidden, 2 * n_facts), bias=hidden)
        self.rnn = nn.GRU(2 * channels, hidden)  # for its parameters' names; the loop is below
        self.decay = part(input_weight=channels, input_bias=channels)
        self.decay.state = nn.Linear(channels, hidden)
        self.classifier = nn.Linear(hidden, n_labels)

    def start(self, facts):
        known = facts.isfinite().float()
        both = torch.cat([standard(self.facts, facts, known), 1 - known], 1)
        return torch.tanh(F.linear(both, self.facts.weight, self.facts.bias))

    def input_decay(self, since):
        return torch.exp(-F.relu((since * self.decay.input_weight + self.decay.input_bias) * (since > 0)))

    def state_decay(self, since):
        return torch.exp(-F.relu(self.decay.state(since)))

    def forward(self, x, facts):
        rnn, state = self.rnn, self.start(facts)
        last, since = torch.full_like(x[:, 0], torch.nan), torch.zeros_like(x[:, 0])
        for t in range(x.shape[1]):
            measured = x[:, t].isfinite()
            last = torch.where(measured, x[:, t], last)
            since = torch.where(measured, 0.0, since + 1)
            filled = standard(self.values, last, last.isfinite()) * self.input_decay(since)
            step = torch.cat([filled, measured.float()], 1)
            before = state * self.state_decay(since)
            state = torch.gru_cell(step, before, rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0)
        return self.classifier(state)


class HoistedGruD(GruD):
    """The same with all that does not need the state before the loop."""

    def forward(self, x, facts):
        rnn, state, n_steps = self.rnn, self.start(facts), x.shape[1]
        measured = x.isfinite()
        at = torch.arange(1, n_steps + 1)[:, None].expand(n_steps, x.shape[2])
        last_at = (at * measured).cummax(1).values  # 0 before the first value
        last = x.gather(1, (last_at - 1).clamp_min(0))
        since = (at - last_at).float()
        filled = standard(self.values, last, last_at > 0) * self.input_decay(since)
        of_inputs = F.linear(torch.cat([filled, measured.float()], 2), rnn.weight_ih_l0, rnn.bias_ih_l0).unbind(1)
        for of_input, decay in zip(of_inputs, self.state_decay(since).unbind(1)):
            before = state * decay
            reset, update, new = F.linear(before, rnn.weight_hh_l0, rnn.bias_hh_l0).chunk(3, 1)
            of_reset, of_update, of_new = of_input.chunk(3, 1)
            update = torch.sigmoid(of_update + update)
            new = torch.tanh(of_new + torch.sigmoid(of_reset + reset) * new)
            state = torch.lerp(new, before, update)
        return self.classifier(state)


class LayerEncoder(nn.Module):
    """`PlainEncoder` made of `nn.TransformerEncoder`, whose layers are one operator each when nothing is learned."""

    def __init__(self, plain: PlainEncoder, dim, heads, ffn):
        super().__init__()
        self.plain = plain
        layer = nn.TransformerEncoderLayer(dim, heads, ffn, 0.0, "gelu", 1e-12, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, len(plain.layers))

    def take(self):
        """Takes the weights of the plain one."""
        for ours, plain in zip(self.layers.layers, self.plain.layers):
            named = {
                "self_attn.out_proj": plain.attention_output,
                "linear1": plain.intermediate,
                "linear2": plain.output,
                "norm1": plain.attention_norm,
                "norm2": plain.output_norm,
            }
            found = {f"{to}.{kind}": getattr(it, kind) for to, it in named.items() for kind in ("weight", "bias")}
            for kind in ("weight", "bias"):
                parts = [getattr(it, kind) for it in (plain.query, plain.key, plain.value)]
                found[f"self_attn.in_proj_{kind}"] = torch.cat(parts)
            ours.load_state_dict(found)
        return self

    def forward(self, ids):
        plain = self.plain
        x = plain.norm(plain.words(ids) + plain.positions.weight[: ids.shape[1]] + plain.token_types.weight[0])
        return plain.classifier(self.layers(x).mean(1))
