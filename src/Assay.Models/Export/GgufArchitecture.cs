using Assay.Models.Engine.Plans;

namespace Assay.Models.Export;

/// <summary>How llama.cpp computes one of its architectures, as far as a file must follow it.</summary>
/// <param name="ModelType"><c>model_type</c> of the family.</param>
/// <param name="Name"><c>general.architecture</c>.</param>
/// <param name="AdjacentPairs">Whether rotary pairs are (2j, 2j + 1); otherwise (j, j + D/2).</param>
/// <remarks>
/// Sources: llama.cpp's rope types by architecture (llama_model_rope_type), its converter and tensor name map (gguf-py).
/// DeepSeek-V2 and V3 are left out: their split of the latent projections in GGUF has changed between versions.
/// </remarks>
internal sealed record GgufArchitecture(string ModelType, string Name, bool AdjacentPairs)
{
    private static readonly GgufArchitecture[] All =
    [
        new("llama", "llama", AdjacentPairs: true) { Stretching = [RopeKind.Linear, RopeKind.Llama3, RopeKind.Yarn], Biases = true },
        new("mistral", "llama", AdjacentPairs: true) { Stretching = [RopeKind.Linear, RopeKind.Llama3, RopeKind.Yarn] },
        new("mixtral", "llama", AdjacentPairs: true) { NormalisedExperts = true },
        new("qwen2", "qwen2", AdjacentPairs: false) { Stretching = [RopeKind.Linear, RopeKind.Yarn], Biases = true },
        new("qwen3", "qwen3", AdjacentPairs: false) { Stretching = [RopeKind.Linear, RopeKind.Yarn] },
        new("qwen2_moe", "qwen2moe", AdjacentPairs: false) { Stretching = [RopeKind.Yarn], Biases = true, NormalisedExperts = false },
        new("qwen3_moe", "qwen3moe", AdjacentPairs: false) { Stretching = [RopeKind.Yarn], NormalisedExperts = true },
        new("gpt2", "gpt2", AdjacentPairs: false) { Biases = true, HeadAlways = true },
        new("bloom", "bloom", AdjacentPairs: false) { Biases = true, HeadAlways = true },
        new("gpt_neox", "gptneox", AdjacentPairs: false) { Biases = true },
        new("falcon", "falcon", AdjacentPairs: false) { AttentionNormFirst = false },
        new("gemma", "gemma", AdjacentPairs: false),
        new("gemma2", "gemma2", AdjacentPairs: false) { OwnWindows = true },
        new("phi3", "phi3", AdjacentPairs: false) { Stretching = [RopeKind.LongRope] },
        new("chatglm", "chatglm", AdjacentPairs: true) { Biases = true },
        new("glm", "chatglm", AdjacentPairs: true) { Biases = true },
        new("glm4", "glm4", AdjacentPairs: true) { Biases = true },
    ];

    /// <summary>Rules for stretching rotary positions that a file of this architecture can state.</summary>
    public IReadOnlyList<RopeKind> Stretching { get; init; } = [];

    /// <summary>Whether linear layers may have biases.</summary>
    public bool Biases { get; init; }

    /// <summary>Whether the weights of the chosen experts are divided by their sum; null for an architecture without experts.</summary>
    public bool? NormalisedExperts { get; init; }

    /// <summary>Whether a tied head is written a second time, which older readers need.</summary>
    public bool HeadAlways { get; init; }

    /// <summary>Whether <c>attn_norm</c> is the attention branch's norm; in Falcon's two-norm block it is the feed-forward branch's.</summary>
    public bool AttentionNormFirst { get; init; } = true;

    /// <summary>Whether the reader knows the architecture's sliding windows; otherwise the stated context is cut so that no window matters.</summary>
    public bool OwnWindows { get; init; }

    /// <summary>The architecture of a plan, with everything checked that a file could not say.</summary>
    /// <exception cref="ExportRefusedException">llama.cpp has no such architecture, or would compute something else.</exception>
    public static GgufArchitecture Of(DecoderPlan plan)
    {
        var found = Array.Find(All, architecture => architecture.ModelType == plan.ModelType)
            ?? throw new ExportRefusedException($"model_type '{plan.ModelType}' is not written as GGUF. Written: {string.Join(", ", All.Select(known => known.ModelType))}. Export as safetensors instead.");
        found.Check(plan);
        return found;
    }

    private void Check(DecoderPlan plan)
    {
        if (plan.Rope is { Kind: not RopeKind.Plain } rope)
        {
            Require(Stretching.Contains(rope.Kind), $"rotary positions stretched by '{rope.Kind}'");
            double yarn = 1 + (0.1 * Math.Log(rope.Factor));
            Require(rope.Kind is not RopeKind.Yarn || (rope is { BetaFast: 32, BetaSlow: 1, WholePairs: true } && Math.Abs(rope.Magnitude - yarn) < 1e-6), "yarn with settings of its own");
        }

        foreach (var block in plan.Blocks)
        {
            Require(Biases || block.Linears.All(linear => !linear.Bias), "biases in linear layers");
            Require(block.Attention is GroupedAttention, "latent attention");
            Require(block.Mlp is not ExpertsMlp experts || (NormalisedExperts == experts.Router.Renormalise && experts.Router is { Score: RouterScore.Softmax, Groups: null, CorrectionBias: null, Factor: 1 }), "the way its experts are weighted");
        }

        Require(plan.Blocks.All(block => block.Mlp is ExpertsMlp) || plan.Blocks.All(block => block.Mlp is not ExpertsMlp), "dense layers among layers of experts");
        Require(Name is not "chatglm" || plan.Blocks.All(block => block.Attention.Output.In == plan.Hidden), "heads that together are not as wide as the model");
        Require(plan.ModelType is not "falcon" || plan.Blocks.All(block => block.Parallel), "sequential blocks");
        Require(plan.ModelType is not "chatglm" || plan.FinalNorm.Kind is NormKind.Rms, "norms with a mean");
        Require(!OwnWindows || plan.Blocks.Index().All(block => block.Item.Attention.Window is null == (block.Index % 2 == 1)), "windows on other layers than every second");
        Require(plan.ModelType is not "gemma2" || plan.Blocks.All(block => Math.Abs(block.Attention.Scale - Gemma2Scale(plan)) < 1e-9), "another query_pre_attn_scalar than llama.cpp assumes");
    }

    // llama.cpp takes the width of a head, except for the model with 46 blocks, where it takes hidden / heads.
    private static double Gemma2Scale(DecoderPlan plan) =>
        plan.Blocks[0].Attention is GroupedAttention attention ? 1 / Math.Sqrt(plan.Blocks.Count == 46 ? (double)plan.Hidden / attention.Heads : attention.HeadDim) : 0;

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new ExportRefusedException($"The model has {what}, which llama.cpp's architecture '{Name}' does not compute. Export as safetensors instead.");
        }
    }
}
