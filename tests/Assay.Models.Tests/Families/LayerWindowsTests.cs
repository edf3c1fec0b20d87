using Assay.Data.Formats;

namespace Assay.Models.Tests.Families;

public sealed class LayerWindowsTests
{
    [Fact]
    public void Every_family_slides_where_its_published_code_does()
    {
        Assert.Equal([5, 5], Windows("mistral"));
        Assert.Equal([4096, 4096], Windows("mistral", absent: "sliding_window"));
        Assert.Equal([null, null], Windows("mistral", null, ("sliding_window", "null")));
        Assert.Equal([null, 4], Windows("qwen2"));
        Assert.Equal([null, null], Windows("qwen2", null, ("use_sliding_window", "false")));
        Assert.Equal([4, null], Windows("qwen2", null, ("layer_types", "[\"sliding_attention\",\"full_attention\"]")));
        Assert.Equal([null, 4], Windows("qwen3"));
        Assert.Equal([4, null], Windows("gemma2"));
        Assert.Equal([4096, null], Windows("gemma2", absent: "sliding_window"));
        Assert.Equal([6, 6], Windows("mixtral"));
        Assert.Equal([9, 9], Windows("phi3", null, ("sliding_window", "9")));
        Assert.Equal([null, 7], Windows("qwen3_moe", null, ("use_sliding_window", "true"), ("sliding_window", "7"), ("layer_types", "[\"full_attention\",\"sliding_attention\"]")));
    }

    [Theory]
    [InlineData("qwen2", "layer_types", "[\"full_attention\"]")]
    [InlineData("qwen2", "layer_types", "[\"full_attention\",\"chunked_attention\"]")]
    [InlineData("qwen2", "sliding_window", "0")]
    [InlineData("qwen2", "sliding_window", "null")]
    [InlineData("gemma2", "sliding_window", "-3")]
    [InlineData("qwen2_moe", "use_sliding_window", "true")]
    [InlineData("llama", "sliding_window", "4")]
    public void Windows_that_contradict_or_are_not_known_are_refused_by_name(string type, string field, string value) =>
        Assert.Contains(field == "use_sliding_window" ? "sliding_window" : field, Assert.Throws<InvalidModelConfigException>(() => TinyConfigs.Plan(type, (field, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Sliding_layers_without_a_window_are_refused() =>
        Assert.Contains("layer_types", Assert.Throws<InvalidModelConfigException>(() =>
            TinyConfigs.Plan("qwen3", ("use_sliding_window", "false"))).Message, StringComparison.Ordinal);

    private static IEnumerable<int?> Windows(string type, string? absent = null, params (string Field, string Value)[] changes) =>
        TinyConfigs.Plan(type, absent, changes).Blocks.Select(block => block.Attention.Window);
}
