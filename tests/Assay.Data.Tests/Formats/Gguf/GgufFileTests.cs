using Assay.Data.Formats.Gguf;

namespace Assay.Data.Tests.Formats.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"assay-{Guid.NewGuid():N}.gguf");

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData(GgufType.F32, 0)]
    [InlineData(GgufType.F16, 1e-3)]
    [InlineData(GgufType.BF16, 8e-3)]
    [InlineData(GgufType.Q8_0, 8e-3)]
    public void A_tensor_comes_back_as_its_type_holds_it(GgufType type, double tolerance)
    {
        float[] values = Write(type);

        using var file = GgufFile.Open(path);

        Assert.Equal(["a", "b"], file.Names.Order());
        Assert.All(values.Zip(file.Floats("b", [3, 32])), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        Assert.Throws<InvalidGgufException>(() => file.Floats("b", [32, 3]));
        Assert.Throws<InvalidGgufException>(() => file.Floats("c", [3, 32]));
    }

    [Fact]
    public void A_file_cut_anywhere_or_with_wrong_bytes_is_refused_or_read_and_nothing_else_happens()
    {
        Write(GgufType.Q8_0);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length - 31; length++) // up to 31 bytes fill the last tensor up
        {
            Assert.True(Refused(whole[..length]), $"{length} of {whole.Length} bytes were read as if they were all.");
        }

        var random = new Random(11);
        for (int trial = 0; trial < 5_000; trial++)
        {
            byte[] mutated = [.. whole];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                mutated[random.Next(Math.Min(mutated.Length, 260))] = (byte)random.Next(256);
            }

            Refused(mutated);
        }
    }

    private bool Refused(byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        try
        {
            using var file = GgufFile.Open(path);
            file.Floats("a", [5]);
            file.Floats("b", [3, 32]);
            return false;
        }
        catch (InvalidGgufException)
        {
            return true;
        }
    }

    private float[] Write(GgufType type)
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 96).Select(_ => random.NextSingle() - 0.5f)];
        var metadata = new GgufMetadata();
        metadata.Add("general.name", "test");
        metadata.Add("list.of", (IReadOnlyList<string>)["one", "two"]);
        metadata.Add("some.number", 7u);
        GgufWriter.Write(path, metadata, [new GgufTensor("a", [5], GgufType.F32, sink => sink([1, 2, 3, 4, 5])), new GgufTensor("b", [3, 32], type, sink => sink(values))]);
        return values;
    }
}
