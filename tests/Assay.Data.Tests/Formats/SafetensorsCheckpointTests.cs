using Assay.Data.Formats;

namespace Assay.Data.Tests.Formats;

public sealed class SafetensorsCheckpointTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public SafetensorsCheckpointTests()
    {
        Shard("one.safetensors", "a");
        Shard("two.safetensors", "b");
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Shards_are_found_through_the_index()
    {
        Index("""{"metadata":{},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        using var checkpoint = SafetensorsCheckpoint.Open(scratch.Path);

        Assert.Equal(["a", "b"], checkpoint.Names.Order());
        Assert.Equal(1, checkpoint.Find("b")!.Value.Entry.Elements);
    }

    [Fact]
    public void The_index_wins_over_a_single_file()
    {
        Shard("model.safetensors", "c");
        Index("""{"weight_map":{"a":"one.safetensors"}}""");

        using var checkpoint = SafetensorsCheckpoint.Open(scratch.Path);

        Assert.Equal(["a"], checkpoint.Names);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "not a file of the same folder")]
    [InlineData("""{"weight_map":{"a":"missing.safetensors"}}""", "not a file of the same folder")]
    [InlineData("""{"weight_map":{"b":"one.safetensors"}}""", "is in 'one.safetensors', but it is not")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}""", "twice")]
    [InlineData("""{"weight_map":{"a":null}}""", "no shard")]
    [InlineData("""{"weight_map":[]}""", "not the JSON")]
    [InlineData("{}", "not the JSON")]
    [InlineData("{", "not the JSON")]
    public void A_broken_index_is_refused_with_its_reason(string index, string reason)
    {
        Index(index);

        var error = Assert.Throws<InvalidSafetensorsException>(() => SafetensorsCheckpoint.Open(scratch.Path));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        Shard("two.safetensors", "a");
        Index("""{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        Assert.Contains("two shards", Assert.Throws<InvalidSafetensorsException>(() => SafetensorsCheckpoint.Open(scratch.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_says_so() =>
        Assert.Contains("neither", Assert.Throws<InvalidSafetensorsException>(() => SafetensorsCheckpoint.Open(scratch.Path)).Message, StringComparison.Ordinal);

    private void Shard(string file, string tensor) =>
        SafetensorsWriter.Write(scratch.File(file), [new TensorContent(tensor, TensorDtype.F32, [1], new byte[4])]);

    private void Index(string json) => File.WriteAllText(scratch.File("model.safetensors.index.json"), json);
}
