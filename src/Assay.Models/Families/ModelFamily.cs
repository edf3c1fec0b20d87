using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>A model family: the <c>model_type</c> it accepts and how it turns a configuration into a plan.</summary>
/// <param name="ModelType">Value of <c>model_type</c>.</param>
/// <param name="Describe">Configuration and the names of the stored weights (null: all that the configuration implies) → plan. Throws <see cref="InvalidModelConfigException"/>.</param>
/// <param name="Badge">What has been shown about it.</param>
public sealed record ModelFamily(string ModelType, Func<HfModelConfig, IReadOnlyCollection<string>?, DecoderPlan> Describe, FamilyBadge Badge)
{
    /// <summary>All families, in one place.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        new("gpt2", Gpt2.Describe, new(["gpt2", "gpt2_hub_layout"])),
        new("llama", Llama.Describe, new(["llama2", "llama3", "deepseek_llm", "llama_bias_bf16_sharded"]) { Published = "stories260K" }),
        new("mistral", Mistral.Describe, new(["mistral"])),
        new("qwen2", Qwen2.Describe, new(["qwen2", "qwen2_yarn"])),
        new("qwen3", Qwen3.Describe, new(["qwen3"])),
        new("deepseek_v2", DeepSeekV2.Describe, new(["deepseek_v2_lite"])),
        new("deepseek_v3", DeepSeekV3.Describe, new(["deepseek_v3"])),
        new("bloom", Bloom.Describe, new(["bloom", "bloom_hub_layout"])),
        new("chatglm", ChatGlm.Describe, new(["chatglm2"])),
        new("glm", Glm.Describe, new(["glm"])),
        new("glm4", Glm4.Describe, new(["glm4"])),
        new("mixtral", Mixtral.Describe, new(["mixtral"])),
        new("qwen2_moe", Qwen2Moe.Describe, new(["qwen2_moe"])),
        new("qwen3_moe", Qwen3Moe.Describe, new(["qwen3_moe"])),
        new("gemma", Gemma.Describe, new(["gemma"])),
        new("gemma2", Gemma2.Describe, new([])),
        new("falcon", Falcon.Describe, new(["falcon"])),
        new("phi3", Phi3.Describe, new(["phi3"])),
        new("gpt_neox", GptNeoX.Describe, new(["gpt_neox"])),
    ];

    /// <summary>The family of a configuration.</summary>
    /// <exception cref="InvalidModelConfigException">No family knows the type.</exception>
    public static ModelFamily Of(HfModelConfig config) => All.FirstOrDefault(family => family.ModelType == config.ModelType)
        ?? throw new InvalidModelConfigException($"model_type '{config.ModelType}' is not supported. Supported: {string.Join(", ", All.Select(known => known.ModelType))}.");

    /// <summary>The plan of a configuration.</summary>
    /// <exception cref="InvalidModelConfigException">No family knows the type, or the family refuses a field.</exception>
    public static DecoderPlan Plan(HfModelConfig config, IReadOnlyCollection<string>? weightNames)
    {
        QuantisationConfig.Check(config);
        return Of(config).Describe(config, weightNames);
    }
}
