using System.Buffers.Binary;
using System.Text;
using Assay.Data.Formats;
using Assay.Testing;

namespace Assay.Data.Tests.Formats;

public sealed class SafetensorsFileTests : IDisposable
{
    private const string One = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void What_was_written_is_read_back()
    {
        string path = scratch.File("a.safetensors");
        SafetensorsWriter.Write(path, [
            new TensorContent("b", TensorDtype.BF16, [3], new byte[] { 1, 2, 3, 4, 5, 6 }),
            new TensorContent("empty", TensorDtype.F32, [0, 4], ReadOnlyMemory<byte>.Empty),
            new TensorContent("scalar ü", TensorDtype.I64, [], new byte[] { 9, 0, 0, 0, 0, 0, 0, 0 }),
        ]);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal("pt", file.Header.Metadata["format"]);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Bytes(file.Find("b")!).ToArray());
        Assert.Equal(0, file.Find("empty")!.Elements);
        Assert.Equal(1, file.Find("scalar ü")!.Elements);
        Assert.Null(file.Find("c"));
    }

    [Fact]
    public void The_same_tensors_in_another_order_give_the_same_bytes()
    {
        TensorContent[] tensors = [new("b", TensorDtype.F32, [1], new byte[4]), new("a", TensorDtype.U8, [2], new byte[2]), new("c", TensorDtype.F32, [1], new byte[4])];
        SafetensorsWriter.Write(scratch.File("one"), tensors);
        SafetensorsWriter.Write(scratch.File("other"), tensors.Reverse());

        Assert.Equal(File.ReadAllBytes(scratch.File("one")), File.ReadAllBytes(scratch.File("other")));
    }

    [Fact]
    public void A_writer_refuses_bytes_that_do_not_fit_the_shape() =>
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(scratch.File("a"), [new TensorContent("x", TensorDtype.F32, [2], new byte[4])]));

    [Theory]
    [InlineData("""[{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}]""", "does not start with '{'")]
    [InlineData("""{"x":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", "unknown dtype 'F99'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "no count")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "no count")]
    [InlineData("""{"x":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,8]}}""", "overflows")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "needs 12 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "needs 8 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "gaps and overlaps")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "tensors end at 4")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "gaps and overlaps")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "occurs twice")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", "unknown field 'more'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2]}}""", "lacks dtype")]
    [InlineData("""{"x":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", "not the JSON")]
    [InlineData("""{"__metadata__":{"a":1},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__.a")]
    [InlineData("""{"x":null}""", "'x' should be StartObject")]
    public void A_header_that_lies_is_refused_with_its_reason(string header, string reason)
    {
        var error = Assert.Throws<InvalidSafetensorsException>(() => Open(header, new byte[8]));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "pointer, not the weights")]
    [InlineData("PK\u0003\u0004 archive of a pickle", "pickle")]
    [InlineData("short", "has 5 bytes")]
    public void Another_kind_of_file_is_named(string content, string reason)
    {
        File.WriteAllText(scratch.File("a.safetensors"), content);

        var error = Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(scratch.File("a.safetensors")));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_is_refused_by_its_name() =>
        Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(scratch.File("pytorch_model.bin")));

    [Theory]
    [InlineData(100_000_001L, "at most")]
    [InlineData(1_000L, "has only")]
    [InlineData(-1L, "at most")]
    public void A_header_length_beyond_the_file_or_the_limit_is_refused(long length, string reason)
    {
        byte[] file = new byte[80];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        File.WriteAllBytes(scratch.File("a.safetensors"), file);

        var error = Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(scratch.File("a.safetensors")));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_text_and_long_names_are_refused()
    {
        byte[] broken = Encoding.UTF8.GetBytes(One);
        broken[2] = 0xFF;
        Assert.Contains("UTF-8", Assert.Throws<InvalidSafetensorsException>(() => SafetensorsHeader.Parse(broken, broken.Length + 16)).Message, StringComparison.Ordinal);
        string longName = One.Replace("\"x\"", $"\"{new string('n', 1025)}\"", StringComparison.Ordinal);
        Assert.Contains("longer than 1024", Assert.Throws<InvalidSafetensorsException>(() => Open(longName, new byte[8])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_files_are_read_or_refused_but_never_crash()
    {
        byte[] original = File.ReadAllBytes(Goldens.Require("peft/llama3_all_linear/adapter/adapter_model.safetensors"))[..4096];
        int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        byte[] header = original[8..Math.Min(8 + headerLength, 4096)];
        var random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 5_000; round++)
        {
            byte[] text = Mutate(round % 2 == 0 ? Encoding.UTF8.GetBytes(One) : header, random);
            try
            {
                SafetensorsHeader.Parse(text, 8 + text.Length + 8);
            }
            catch (InvalidSafetensorsException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 4_000, 5_000);
    }

    internal static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.Insert(at, (byte)"{}[]\",:0-9e.\\ntf"[random.Next(16)]); break;
                case 2 when bytes.Count > 1: bytes.RemoveAt(at); break;
                default: bytes.InsertRange(at, bytes.Skip(random.Next(bytes.Count)).Take(random.Next(12)).ToList()); break;
            }
        }

        return [.. bytes];
    }

    private SafetensorsFile Open(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        data.CopyTo(file, 8 + text.Length);
        File.WriteAllBytes(scratch.File("a.safetensors"), file);
        return SafetensorsFile.Open(scratch.File("a.safetensors"));
    }
}
