using Assay.Data.Formats.Gguf;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Export;

/// <summary>A plan's sizes and constants under llama.cpp's metadata keys.</summary>
/// <remarks>Keys: docs/gguf.md of ggml and gguf-py's constants.</remarks>
internal static class GgufFacts
{
    private const uint QuantisationVersion = 2;

    /// <summary>Adds everything but the tokenizer.</summary>
    public static void Add(GgufMetadata metadata, DecoderPlan plan, GgufArchitecture architecture, GgufType type, string name)
    {
        string at = architecture.Name;
        metadata.Add("general.architecture", at);
        metadata.Add("general.type", "model");
        metadata.Add("general.name", name);
        metadata.Add("general.quantization_version", QuantisationVersion);
        metadata.Add("general.file_type", FileType(type));
        metadata.Add($"{at}.vocab_size", (uint)plan.Vocab);
        metadata.Add($"{at}.context_length", (uint)Context(plan, architecture));
        metadata.Add($"{at}.embedding_length", (uint)plan.Hidden);
        metadata.Add($"{at}.block_count", (uint)plan.Blocks.Count);
        Branches(metadata, plan, at);
        Rope(metadata, plan, at);
        if (architecture.OwnWindows && plan.Blocks[0].Attention.Window is { } window)
        {
            metadata.Add($"{at}.attention.sliding_window", (uint)window);
        }

        if (plan.Blocks[0].Attention.SoftCap is { } scores)
        {
            metadata.Add($"{at}.attn_logit_softcapping", (float)scores);
        }

        if (plan.Head.SoftCap is { } logits)
        {
            metadata.Add($"{at}.final_logit_softcapping", (float)logits);
        }
    }

    // llama.cpp leaves out most windows; within the shortest one its results are the model's, so the file promises no longer context.
    private static int Context(DecoderPlan plan, GgufArchitecture architecture) =>
        architecture.OwnWindows ? plan.MaxPositions : plan.Blocks.Min(block => Math.Min(plan.MaxPositions, block.Attention.Window ?? plan.MaxPositions));

    private static void Branches(GgufMetadata metadata, DecoderPlan plan, string at)
    {
        var attention = (GroupedAttention)plan.Blocks[0].Attention;
        metadata.Add($"{at}.attention.head_count", (uint)attention.Heads);
        metadata.Add($"{at}.attention.head_count_kv", (uint)attention.KvHeads);
        metadata.Add($"{at}.attention.key_length", (uint)attention.HeadDim);
        metadata.Add($"{at}.attention.value_length", (uint)attention.HeadDim);
        string norm = plan.FinalNorm.Kind is NormKind.Layer ? "layer_norm_epsilon" : "layer_norm_rms_epsilon";
        metadata.Add($"{at}.attention.{norm}", (float)plan.FinalNorm.Epsilon);
        if (at is "gptneox")
        {
            metadata.Add($"{at}.use_parallel_residual", plan.Blocks[0].Parallel);
        }

        switch (plan.Blocks[0].Mlp)
        {
            case PlainMlp plain:
                metadata.Add($"{at}.feed_forward_length", (uint)plain.Down.In);
                break;
            case GatedMlp gated:
                metadata.Add($"{at}.feed_forward_length", (uint)gated.Down.In);
                break;
            case ExpertsMlp experts:
                metadata.Add($"{at}.feed_forward_length", (uint)experts.Experts[0].Down.In);
                metadata.Add($"{at}.expert_feed_forward_length", (uint)experts.Experts[0].Down.In);
                metadata.Add($"{at}.expert_count", (uint)experts.Router.Experts);
                metadata.Add($"{at}.expert_used_count", (uint)experts.Router.Chosen);
                if (experts.Shared is { } shared)
                {
                    metadata.Add($"{at}.expert_shared_feed_forward_length", (uint)shared.Down.In);
                }

                break;
            default:
                throw new ExportRefusedException($"The feed-forward part '{plan.Blocks[0].Mlp.GetType().Name}' is not written as GGUF.");
        }
    }

    private static void Rope(GgufMetadata metadata, DecoderPlan plan, string at)
    {
        if (plan.Rope is not { } rope)
        {
            return;
        }

        metadata.Add($"{at}.rope.dimension_count", (uint)rope.Width);
        metadata.Add($"{at}.rope.freq_base", (float)rope.Theta);
        if (rope.Kind is RopeKind.Linear or RopeKind.Yarn)
        {
            metadata.Add($"{at}.rope.scaling.type", rope.Kind is RopeKind.Yarn ? "yarn" : "linear");
            metadata.Add($"{at}.rope.scaling.factor", (float)rope.Factor);
        }

        if (rope.Kind is RopeKind.Yarn or RopeKind.LongRope)
        {
            metadata.Add($"{at}.rope.scaling.original_context_length", (uint)rope.OriginalPositions);
        }

        if (rope.Kind is RopeKind.LongRope)
        {
            metadata.Add($"{at}.rope.scaling.attn_factor", (float)rope.Magnitude);
        }
    }

    private static uint FileType(GgufType type) => type switch
    {
        GgufType.F32 => 0,
        GgufType.F16 => 1,
        GgufType.Q8_0 => 7,
        _ => 32, // mostly bf16
    };
}
