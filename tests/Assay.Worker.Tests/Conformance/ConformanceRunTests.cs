using Assay.Testing;
using Assay.Worker.Conformance;

namespace Assay.Worker.Tests.Conformance;

public sealed class ConformanceRunTests : IDisposable
{
    private static readonly string Shipped = Path.Combine(Repository.Root, "tests", "goldens");

    private readonly string folder = Directory.CreateTempSubdirectory("assay-conformance-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter details = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_reference_path_passes_every_shipped_golden()
    {
        int code = new ConformanceRun(Shipped, null, "", output, details) { Paths = ["reference"] }.Run();

        string[] lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        AssertOnlyTheTokenizerIsMissing();
        Assert.All(lines[..^1], line => Assert.StartsWith("PASS ", line, StringComparison.Ordinal));
        Assert.Equal(0, code);
        var folders = new[] { "models", "peft" }.SelectMany(top => Directory.EnumerateDirectories(Path.Combine(Shipped, top)).Select(path => $"{top}/{Path.GetFileName(path)}"));
        Assert.Superset(new HashSet<string>([.. folders, "nf4", "nf4/qlora_llama3", "stories260K"]), lines[..^1].Select(line => line.Split(' ')[1]).ToHashSet());
        Assert.Matches(@"^PASS models/llama3 logits\.left@reference \d\.\de[-+]\d\d<=1e-04$", lines.First(line => line.Contains("llama3 logits.left", StringComparison.Ordinal)));
        Assert.Contains("PASS peft/llama3_all_linear roundtrip 29/29", lines);
    }

    [Fact]
    public void The_decoding_path_passes_every_shipped_golden()
    {
        int code = new ConformanceRun(Shipped, null, "", output, details) { Paths = ["decode"] }.Run();

        string[] lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.All(lines[..^1], line => Assert.StartsWith("PASS ", line, StringComparison.Ordinal));
        Assert.Equal(0, code);
        Assert.Equal((3 * Directory.GetDirectories(Path.Combine(Shipped, "models")).Length) + 4, lines.Count(line => line.Contains("@decode ", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.StartsWith("PASS models/llama3 cached.long@decode ", StringComparison.Ordinal));
        Assert.Contains("PASS models/llama3 greedy_left@decode 48/48", lines);
        Assert.Contains("PASS stories260K greedy:0@decode 200/200", lines);
    }

    [Theory]
    [InlineData("fp32")]
    [InlineData("bf16")]
    public void The_packed_path_passes_every_shipped_golden(string path)
    {
        int code = new ConformanceRun(Shipped, null, "", output, details) { Paths = [path] }.Run();

        string[] lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        AssertOnlyTheTokenizerIsMissing();
        Assert.All(lines[..^1], line => Assert.StartsWith("PASS ", line, StringComparison.Ordinal));
        Assert.Equal(0, code);
        Assert.Contains(lines, line => line.StartsWith($"PASS models/llama3 lora_grads@{path} ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith($"PASS models/deepseek_llm logits.left@{path} ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_loaded_fails_as_many_checks_as_it_has()
    {
        Copy("models/llama3");
        File.Delete(Path.Combine(folder, "models", "llama3", "model.safetensors"));

        int code = new ConformanceRun(folder, null, "", output, details) { Paths = ["reference"] }.Run();

        string[] lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.Equal("0 passed, 10 failed", lines[^1]);
        Assert.Equal("FAIL models/llama3 load error:InvalidSafetensorsException", lines[0]);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Wrong_weights_fail_the_figures_and_nothing_else()
    {
        Copy("models/llama3");
        string weights = Path.Combine(folder, "models", "llama3", "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^2] ^= 0xFF;
        File.WriteAllBytes(weights, bytes);

        new ConformanceRun(folder, null, "", output, details).Run();

        Assert.Contains("PASS models/llama3 load ok", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("FAIL models/llama3 logits.mid@reference", output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", details.ToString());
    }

    [Fact]
    public void A_missing_base_model_is_taken_from_the_assets()
    {
        Copy("peft/llama3_all_linear");

        Assert.Equal(0, new ConformanceRun(folder, Shipped, "peft/", output, details) { Paths = ["reference"] }.Run());
        Assert.EndsWith("12 passed, 0 failed" + Environment.NewLine, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_checks_is_no_success()
    {
        Assert.Equal(1, new ConformanceRun(folder, null, "", output, details).Run());
        Assert.Equal("0 passed, 0 failed" + Environment.NewLine, output.ToString());
    }

    // The shipped goldens hold no tokenizer, which is another's work.
    private void AssertOnlyTheTokenizerIsMissing() => Assert.All(
        details.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
        line => Assert.Matches("^stories260K (prompt|text):[0-9]+: skipped, there is no tokenizer.json$", line));

    private void Copy(string relative)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Shipped, relative), "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(Shipped, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
