using Assay.Worker.Verbs;

namespace Assay.Worker.Tests.Verbs;

public sealed class TrainingFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Every_line_is_a_conversation_a_pair_or_a_text()
    {
        File.WriteAllText(path, """
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}

            {"question":"q","answer":"a","other":3}
            {"instruction":"do","input":"this","output":"done"}
            {"text":"running text"}
            """);

        var lines = TrainingFile.Read(path);

        Assert.Equal(["user a|assistant b", "user q|assistant a", "user do\n\nthis|assistant done", ""],
            lines.Select(line => string.Join('|', line.Messages.Select(turn => $"{turn.Role} {turn.Content}"))));
        Assert.Equal([null, null, null, "running text"], lines.Select(line => line.Text));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("{\"messages\":[]}")]
    [InlineData("{\"messages\":5}")]
    [InlineData("{\"messages\":[7]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":3}]}")]
    [InlineData("{\"messages\":[{\"role\":null,\"content\":\"a\"}]}")]
    [InlineData("{\"question\":\"q\"}")]
    [InlineData("{\"text\":\"\"}")]
    public void A_wrong_line_is_refused_with_its_number(string line)
    {
        File.WriteAllText(path, "\n" + line);

        Assert.Contains("Line 2", Assert.Throws<InvalidDataException>(() => TrainingFile.Read(path)).Message, StringComparison.Ordinal);
    }
}
