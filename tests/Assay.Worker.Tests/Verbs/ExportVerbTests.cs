using System.CommandLine;
using Assay.Testing;
using Assay.Worker.Verbs;

namespace Assay.Worker.Tests.Verbs;

public sealed class ExportVerbTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("assay-verb-").FullName;

    private static string Starter => Path.Combine(Repository.Root, "models", "starter");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(null, 30u)]
    [InlineData("f16", 1u)]
    [InlineData("q8_0", 8u)]
    public void Gguf_has_the_asked_type(string? type, uint expected)
    {
        string path = Path.Combine(root, "starter.gguf");
        string[] given = type is null ? [] : ["--type", type];

        Assert.Equal(0, Run([Starter, "--to", path, "--format", "gguf", "--no-parity", .. given]));

        Assert.Equal(expected, GgufReading.Of(path).TypeOf("token_embd.weight"));
        Assert.False(File.Exists(path + ".tmp"));
    }

    [Fact]
    public void Safetensors_take_no_quantised_type_and_no_name_that_is_taken()
    {
        Assert.Equal(2, Run([Starter, "--to", Path.Combine(root, "merged"), "--format", "safetensors", "--type", "q8_0"]));
        Assert.Throws<IOException>(() => Run([Starter, "--to", root, "--format", "safetensors"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void Nf4_folders_are_written_and_read_again_and_gguf_has_no_such_type()
    {
        string quantised = Path.Combine(root, "quantised");
        Assert.Equal(1, Run([Starter, "--to", Path.Combine(root, "compared"), "--format", "safetensors", "--type", "nf4"])); // four bits are too few for so small a model
        Assert.Equal(0, Run([Starter, "--to", quantised, "--format", "safetensors", "--type", "nf4", "--no-parity"]));
        Assert.Equal(0, Run([quantised, "--to", Path.Combine(root, "back"), "--format", "safetensors", "--no-parity"]));

        Assert.Contains("\"bnb_4bit_quant_type\": \"nf4\"", File.ReadAllText(Path.Combine(quantised, "config.json")), StringComparison.Ordinal);
        Assert.DoesNotContain("quantization_config", File.ReadAllText(Path.Combine(root, "back", "config.json")), StringComparison.Ordinal);
        Assert.Equal(2, Run([Starter, "--to", Path.Combine(root, "starter.gguf"), "--format", "gguf", "--type", "nf4"]));
    }

    private static int Run(string[] arguments) => ExportVerb.Create().Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
