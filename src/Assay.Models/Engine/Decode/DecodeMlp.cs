using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>A feed-forward branch with its weights.</summary>
internal abstract record DecodeMlp;

/// <summary>y = down(act(up x)).</summary>
internal sealed record DecodePlain(Activation Act, DecodeLinear Up, DecodeLinear Down) : DecodeMlp;

/// <summary>y = down(act(gate x) ⊙ up x).</summary>
internal sealed record DecodeGated(Activation Act, DecodeLinear GateUp, DecodeLinear Down) : DecodeMlp
{
    /// <summary>F.</summary>
    public int Width { get; } = Down.In;
}

/// <summary>Chosen experts, plus a shared one where there is one.</summary>
/// <param name="Plan">How experts are chosen.</param>
/// <param name="Router">fp32 [experts, D].</param>
/// <param name="Correction">fp32 [experts], added for choosing only; empty without one.</param>
/// <param name="Experts">In order.</param>
/// <param name="Shared">Sees every token, or null.</param>
/// <param name="SharedGate">fp32 [1, D] whose sigmoid scales the shared expert, or null.</param>
internal sealed record DecodeExperts(
    RouterPlan Plan,
    DecodeLinear Router,
    float[] Correction,
    IReadOnlyList<DecodeGated> Experts,
    DecodeGated? Shared,
    DecodeLinear? SharedGate) : DecodeMlp;
