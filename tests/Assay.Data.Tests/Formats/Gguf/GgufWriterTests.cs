using Assay.Data.Formats.Gguf;
using Assay.Testing;

namespace Assay.Data.Tests.Formats.Gguf;

public sealed class GgufWriterTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"assay-{Guid.NewGuid():N}.gguf");

    public void Dispose() => File.Delete(path);

    [Fact]
    public void An_independent_reader_finds_every_value_with_its_type()
    {
        var metadata = new GgufMetadata();
        metadata.Add("a.count", 7u);
        metadata.Add("a.number", 0.25f);
        metadata.Add("a.flag", true);
        metadata.Add("a.text", "żółw 🐢");
        metadata.Add("a.texts", new[] { "", "x" });
        metadata.Add("a.ints", new[] { -1, 2 });
        metadata.Add("a.floats", new[] { 1.5f });
        GgufWriter.Write(path, metadata, []);

        var file = GgufReading.Of(path);

        Assert.Equal(("GGUF", 3u), (file.Magic, file.Version));
        Assert.Equal([7u, 0.25f, true, "żółw 🐢", new object[] { "", "x" }, new object[] { -1, 2 }, new object[] { 1.5f }], file.Values.Values);
        Assert.Equal([4u, 6u, 7u, 8u, 9u, 9u, 9u], file.Types.Values);
    }

    [Theory]
    [InlineData(GgufType.F32, 0)]
    [InlineData(GgufType.F16, 0.0005)]
    [InlineData(GgufType.BF16, 0.004)]
    [InlineData(GgufType.Q8_0, 0)]
    public void Tensors_come_back_within_their_types_precision_at_aligned_places(GgufType type, double relative)
    {
        float[] first = Values(1, 3 * 64);
        float[] second = Values(2, 64);
        GgufWriter.Write(path, new GgufMetadata(), [Tensor("first", [3, 64], type, first), Tensor("second", [64], type, second), Tensor("third", [32], type, new float[32])]);

        var file = GgufReading.Of(path);

        Assert.Equal([3, 64], file.Shapes["first"]);
        foreach (var (name, expected) in new[] { ("first", first), ("second", second), ("third", new float[32]) })
        {
            Assert.Equal(0ul, file.OffsetOf(name) % 32);
            Assert.Equal((uint)type, file.TypeOf(name));
            float[] read = file.Floats(name);
            foreach (var (index, value) in expected.Index())
            {
                // Q8_0: half a step of the block's scale, which itself is a rounded half.
                double bound = type is GgufType.Q8_0 ? expected.Skip(index / 32 * 32).Take(32).Max(Math.Abs) / 127 * 0.57 : (relative * Math.Abs(value)) + (type is GgufType.F16 ? 3e-8 : 0); // halves become subnormal below 6e-5
                Assert.InRange(read[index], value - bound, value + bound);
            }
        }

        Assert.Equal(0, file.BytesFrom("first") % 32);
    }

    [Fact]
    public void Rounding_is_to_the_nearest_step_and_half_away_from_zero()
    {
        float[] values = new float[32];
        (values[0], values[1], values[2], values[3], values[4]) = (127, 0.5f, -0.5f, 1.5f, -127);
        byte[] block = new byte[34];

        GgufElements.Encode(values, GgufType.Q8_0, block);

        Assert.Equal((Half)1, BitConverter.ToHalf(block));
        Assert.Equal([127, 1, -1, 2, -127], block[2..7].Select(code => (int)(sbyte)code));
    }

    [Fact]
    public void Values_beyond_half_precision_are_refused_with_the_tensors_name()
    {
        foreach (var type in new[] { GgufType.F16, GgufType.Q8_0 })
        {
            foreach (float bad in new[] { 1e7f * 127, float.NaN, float.PositiveInfinity })
            {
                float[] values = new float[32];
                values[5] = bad;
                var error = Assert.Throws<OverflowException>(() => GgufWriter.Write(path, new GgufMetadata(), [Tensor("blk.0.attn_q.weight", [32], type, values)]));
                Assert.Contains("blk.0.attn_q.weight", error.Message, StringComparison.Ordinal);
                Assert.False(File.Exists(path));
            }
        }

        GgufWriter.Write(path, new GgufMetadata(), [Tensor("large", [1], GgufType.BF16, [1e30f])]);
    }

    [Fact]
    public void Mistakes_of_the_caller_are_refused()
    {
        Assert.Throws<ArgumentException>(() => GgufWriter.Write(path, new GgufMetadata(), [Tensor("a", [33], GgufType.Q8_0, new float[33])]));
        Assert.Throws<ArgumentException>(() => GgufWriter.Write(path, new GgufMetadata(), [Tensor("a", [2], GgufType.F32, new float[3])]));
        Assert.Throws<ArgumentException>(() => GgufWriter.Write(path, new GgufMetadata(), [Tensor("a", [2], GgufType.F32, new float[2]), Tensor("a", [2], GgufType.F32, new float[2])]));
        Assert.Throws<ArgumentException>(() => GgufWriter.Write(path, new GgufMetadata(), [Tensor(new string('a', 65), [2], GgufType.F32, new float[2])]));
        var metadata = new GgufMetadata();
        metadata.Add("a.b", 1u);
        Assert.Throws<ArgumentException>(() => metadata.Add("a.b", 1u));
        Assert.Throws<ArgumentException>(() => metadata.Add("A b", 1u));
    }

    private static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3))))];
    }

    private static GgufTensor Tensor(string name, long[] shape, GgufType type, float[] values) => new(name, shape, type, sink =>
    {
        int half = values.Length / 64 * 32; // in two pieces of whole rows or blocks
        sink(values.AsSpan(0, half));
        sink(values.AsSpan(half));
    });
}
