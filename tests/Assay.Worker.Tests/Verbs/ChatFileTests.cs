using Assay.Worker.Verbs;

namespace Assay.Worker.Tests.Verbs;

public sealed class ChatFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Every_line_is_a_conversation()
    {
        File.WriteAllText(path, """
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}

            {"messages":[{"role":"user","content":"c"}]}
            """);

        var conversations = ChatFile.Read(path);

        Assert.Equal([2, 1], conversations.Select(conversation => conversation.Count));
        Assert.Equal("b", conversations[0][1].Content);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"messages\":[]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":3}]}")]
    [InlineData("{\"messages\":[{\"role\":null,\"content\":\"a\"}]}")]
    public void A_wrong_line_is_refused_with_its_number(string line)
    {
        File.WriteAllText(path, "\n" + line);

        Assert.Contains("Line 2", Assert.Throws<InvalidDataException>(() => ChatFile.Read(path)).Message, StringComparison.Ordinal);
    }
}
