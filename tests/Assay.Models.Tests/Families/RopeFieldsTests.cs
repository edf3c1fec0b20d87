using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Tests.Families;

public sealed class RopeFieldsTests
{
    private const string Yarn = "\"rope_type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":16";
    private const string Long = "\"rope_type\":\"longrope\",\"long_factor\":[2,2,2],\"short_factor\":[1,1,1]";

    [Theory]
    [InlineData("", 1.1386294361119891, 1)] // 0.1 ln 4 + 1
    [InlineData(",\"attention_factor\":1.5", 1.5, 1)]
    [InlineData(",\"mscale\":2,\"mscale_all_dim\":1", 1.2772588722239782 / 1.1386294361119891, 1.1386294361119891 * 1.1386294361119891)]
    [InlineData(",\"mscale\":2,\"mscale_all_dim\":0", 1.1386294361119891, 1)]
    [InlineData(",\"mscale\":2", 1.1386294361119891, 1)]
    public void Yarn_scales_cosines_and_scores_as_published(string more, double magnitude, double scores)
    {
        var rope = TinyConfigs.Plan("mistral", ("rope_scaling", $"{{{Yarn}{more}}}")).Rope!;

        Assert.Equal(magnitude, rope.Magnitude, 1e-12);
        Assert.Equal(scores, rope.ScoreMagnitude, 1e-12);
    }

    [Fact]
    public void Latent_attention_applies_the_factor_on_scores() =>
        Assert.Equal(
            Math.Pow((0.1 * 0.7 * Math.Log(4)) + 1, 2) / Math.Sqrt(10),
            TinyConfigs.Plan("deepseek_v2").Blocks[0].Attention.Scale,
            1e-12);

    [Fact]
    public void Longrope_scales_cosines_by_the_ratio_of_contexts()
    {
        Assert.Equal(Math.Sqrt(1 + (Math.Log(4) / Math.Log(16))), TinyConfigs.Plan("phi3").Rope!.Magnitude, 1e-12);
        Assert.Equal(1.25, TinyConfigs.Plan("phi3", ("rope_scaling", $"{{{Long},\"attention_factor\":1.25}}")).Rope!.Magnitude);
        Assert.Equal(RopeKind.LongRope, TinyConfigs.Plan("phi3", ("rope_scaling", $"{{{Long},\"type\":\"su\"}}")).Rope!.Kind);
        Assert.Equal(1, TinyConfigs.Plan("phi3", ("rope_scaling", $"{{{Long}}}"), ("original_max_position_embeddings", "null")).Rope!.Magnitude);
        Assert.Equal(TinyConfigs.Plan("phi3", ("rope_scaling", $"{{{Long}}}")).Rope!.Magnitude, TinyConfigs.Plan("phi3", ("rope_scaling", $"{{{Long.Replace("longrope", "su", StringComparison.Ordinal)}}}")).Rope!.Magnitude);
    }

    [Fact]
    public void All_three_places_give_the_same_plan()
    {
        var old = TinyConfigs.Plan("glm", ("rope_theta", "500.0"), ("partial_rotary_factor", "0.25"), ("rope_scaling", "{\"type\":\"linear\",\"factor\":2}"));
        var recent = TinyConfigs.Plan("glm", ("rope_theta", "null"), ("partial_rotary_factor", "null"), ("rope_parameters", "{\"rope_type\":\"linear\",\"factor\":2,\"rope_theta\":500,\"partial_rotary_factor\":0.25}"));

        Assert.Equal((RopeKind.Linear, 2, 500.0, 2.0), (old.Rope!.Kind, old.Rope.Width, old.Rope.Theta, old.Rope.Factor));
        Assert.Equal((old.Rope.Kind, old.Rope.Width, old.Rope.Theta, old.Rope.Factor), (recent.Rope!.Kind, recent.Rope.Width, recent.Rope.Theta, recent.Rope.Factor));
    }

    [Theory]
    [InlineData("llama", "rope_parameters", "{\"rope_type\":\"default\",\"partial_rotary_factor\":0.5}", "partial_rotary_factor")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"yarn\"}", "factor")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"linear\"}", "factor")]
    [InlineData("mistral", "rope_scaling", "{\"factor\":2}", "rope_type")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"linear\",\"factor\":2,\"alpha\":3}", "alpha")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"linear\",\"factor\":2,\"beta_fast\":3}", "beta_fast")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"default\",\"mrope_section\":[1,1]}", "mrope_section")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":0.5}", "factor")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":1e999}", "factor")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":4,\"truncate\":1}", "truncate")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":4,\"attention_factor\":-1}", "attention_factor")]
    [InlineData("mistral", "rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":4,\"low_freq_factor\":1}", "high_freq_factor")]
    [InlineData("phi3", "rope_scaling", "{\"rope_type\":\"longrope\",\"long_factor\":[1,2,3]}", "short_factor")]
    [InlineData("phi3", "rope_scaling", "{\"rope_type\":\"longrope\",\"long_factor\":[1,2],\"short_factor\":[1,2,3]}", "long_factor")]
    [InlineData("phi3", "rope_scaling", "{\"rope_type\":\"longrope\",\"long_factor\":[1,2,-3],\"short_factor\":[1,2,3]}", "long_factor")]
    [InlineData("phi3", "rope_scaling", "{\"rope_type\":\"longrope\",\"long_factor\":[1,2,3],\"short_factor\":[1,2,\"3\"]}", "short_factor")]
    [InlineData("phi3", "rope_scaling", "{\"rope_type\":\"longrope\",\"long_factor\":[1,2,3],\"short_factor\":[1,2,3],\"factor\":7}", "factor")]
    [InlineData("phi3", "rope_scaling", "{\"rope_type\":\"longrope\",\"long_factor\":[1,2,3],\"short_factor\":[1,2,3],\"original_max_position_embeddings\":17}", "original_max_position_embeddings")]
    [InlineData("gpt_neox", "rope_theta", "17.0", "rotary_emb_base")]
    [InlineData("gpt_neox", "rotary_pct", "0.1", "rotary_pct")]
    [InlineData("gpt_neox", "rotary_pct", "1.5", "rotary_pct")]
    [InlineData("glm", "partial_rotary_factor", "0.4", "partial_rotary_factor")]
    public void Settings_that_are_wrong_contradictory_or_not_understood_are_refused_by_name(string type, string field, string value, string named) =>
        Assert.Contains(named, Assert.Throws<InvalidModelConfigException>(() => TinyConfigs.Plan(type, (field, value))).Message, StringComparison.Ordinal);
}
