using System.Text.Json.Nodes;
using Assay.Testing;
using Assay.Worker.Conformance;

namespace Assay.Worker.Tests.Conformance;

public sealed class TextConformanceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-text-conformance-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter details = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("tokenizers/", 33)]
    [InlineData("chat_templates", 20)]
    public void Every_recorded_text_agrees(string only, int checks)
    {
        string goldens = Path.GetDirectoryName(Goldens.Require(only.TrimEnd('/')))!;

        int code = new ConformanceRun(goldens, null, only, output, details).Run();

        Assert.Equal("", details.ToString());
        Assert.EndsWith($"{checks} passed, 0 failed{Environment.NewLine}", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("tokenizers/gpt2", "golden_tokens.json", "FAIL tokenizers/gpt2 encode 63/64")]
    [InlineData("tokenizers/mistral", "golden_tokens_v3.json", "FAIL tokenizers/mistral encode:v3 64/65")]
    public void One_wrong_id_of_a_golden_fails_its_check(string name, string file, string line)
    {
        string goldens = Goldens.Require("tokenizers");
        var golden = JsonNode.Parse(File.ReadAllBytes(Goldens.Require($"{name}/{file}")))!;
        var sample = golden["samples"]!.AsArray().First(item => item!["ids"]!.AsArray().Count > 0)!;
        sample["ids"]![0] = sample["ids"]![0]!.GetValue<int>() + 1;
        Write($"{name}/{file}", golden.ToJsonString());

        int code = new ConformanceRun(folder, Path.GetDirectoryName(goldens), "", output, details).Run();

        Assert.Contains(line, output.ToString().Split(Environment.NewLine));
        Assert.Equal(1, code);
    }

    [Fact]
    public void A_changed_rendering_and_a_refusal_that_was_none_fail_their_template()
    {
        Write("chat_templates/templates/own.jinja", "{{ messages[0].content }}{% if messages[0].role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}");
        Write("chat_templates/golden_chat.json", """
            {"cases": [
              {"template": "templates/own.jinja", "messages": [{"role": "user", "content": "a"}], "tools": null, "add_generation_prompt": false, "context": {}, "rendered": "a"},
              {"template": "templates/own.jinja", "messages": [{"role": "user", "content": "b"}], "tools": null, "add_generation_prompt": false, "context": {}, "rendered": "a"},
              {"template": "templates/own.jinja", "messages": [{"role": "tool", "content": "a"}], "tools": null, "add_generation_prompt": false, "context": {}, "error": "no tools"},
              {"template": "templates/own.jinja", "messages": [{"role": "user", "content": "a"}], "tools": null, "add_generation_prompt": false, "context": {}, "error": "no tools"}]}
            """);

        Assert.Equal(1, new ConformanceRun(folder, null, "", output, details).Run());
        Assert.Contains("FAIL chat_templates render:templates/own.jinja 2/4", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_name_is_found_by_its_content_and_a_missing_vocabulary_fails_every_check()
    {
        Write("tokenizers/any name/golden_tokens.json", """{"samples": [{"text": "a", "ids": [0], "decoded": "a"}], "disputed": []}""");

        Assert.Equal(1, new ConformanceRun(folder, null, "", output, details).Run());
        Assert.Contains("0 passed, 3 failed", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("FAIL tokenizers/any name decode error:FileNotFoundException", output.ToString(), StringComparison.Ordinal);
    }

    private void Write(string relative, string text)
    {
        string path = Path.Combine(folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
