using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Records;

namespace Assay.Data.Tests.Records;

public sealed class InstructionRowsTests
{
    [Theory]
    [InlineData("""{"instruction":"Add.","input":"1 and 2","output":"3"}""", "User:Add.\n\n1 and 2|Assistant:3")]
    [InlineData("""{"instruction":"Add.","input":"","output":" 3 ","system":"Be brief."}""", "System:Be brief.|User:Add.|Assistant:3")]
    [InlineData("""{"conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"},{"from":"human","value":"Bye"},{"from":"gpt","value":"See you"}]}""", "User:Hi|Assistant:Hello|User:Bye|Assistant:See you")]
    [InlineData("""{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"there"}]},{"role":"assistant","content":"Hello"}]}""", "System:Be brief.|User:Hi\nthere|Assistant:Hello")]
    [InlineData("""{"prompt":"2+2?","completion":"4"}""", "User:2+2?|Assistant:4")]
    [InlineData("""{"prompt":[{"role":"user","content":"2+2?"}],"completion":[{"role":"assistant","content":"4"}]}""", "User:2+2?|Assistant:4")]
    [InlineData("""{"Question":"2+2?","Answer":"4","id":7}""", "User:2+2?|Assistant:4")]
    [InlineData("""{"text":"Bees fly."}""", "Text:Bees fly.")]
    [InlineData("""{"sha256":"0","messages":[],"prompt":"","text":"Bees fly."}""", "Text:Bees fly.")]
    public void Every_known_layout_becomes_turns(string row, string turns) =>
        Assert.Equal(turns, Turns(Assert.Single(Read("a.jsonl", row).Records)));

    [Theory]
    [InlineData("""{"instruction":"Add.","output":""}""", "Row 1: 'output' is empty.", true)]
    [InlineData("""{"instruction":"Add.","output":null}""", "Row 1: 'output' is empty.", true)]
    [InlineData("""{"instruction":["Add."],"output":"3"}""", "Row 1, turn 1 does not say who speaks", false)]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "Row 1 ends without an answer: the last turn is the user's.", false)]
    [InlineData("""{"messages":[{"role":"assistant","content":"Hi"}]}""", "Row 1: turn 1 is the assistant's where the user's is expected", false)]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"},{"role":"tool","content":"3"}]}""", "Row 1, turn 2 is spoken by 'tool'", false)]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":""}]}""", "Row 1, turn 2 is empty.", true)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", "Row 1, turn 1 has parts that are not text.", false)]
    [InlineData("""{"messages":[]}""", "Row 1: 'messages' has no turns.", true)]
    [InlineData("""{"messages":"no list"}""", "Row 1: 'messages' is not a list of turns.", false)]
    [InlineData("""{"frage":"Wer?","antwort":"Ich."}""", "Row 1 has the columns 'frage', 'antwort'.", false)]
    public void A_row_that_is_no_record_is_skipped_and_named(string row, string says, bool isEmptyField)
    {
        var skipped = Assert.Single(Read("a.jsonl", row).Skipped);

        Assert.True(skipped.Malformed);
        Assert.Contains(says, skipped.Reason, StringComparison.Ordinal);
        Assert.Equal((1, isEmptyField), (skipped.Row, skipped.HasEmptyField));
    }

    [Fact]
    public void A_mapping_names_the_columns_and_says_so_when_they_are_not_there()
    {
        var mapping = ColumnMapping.Parse("prompt=frage, answer=antwort,input=zusatz").Mapping!;
        var reading = Read("a.csv", "frage;antwort;zusatz\nWer?;Ich.;\nWas?;Das.;Hier\n", mapping);

        Assert.Equal(["User:Wer?|Assistant:Ich.", "User:Was?\n\nHier|Assistant:Das."], reading.Records.Select(Turns));
        Assert.Equal("prompt=frage,answer=antwort,input=zusatz", mapping.ToString());
        Assert.Contains("the mapping asks for 'prompt=frage,answer=antwort,input=zusatz'", Read("b.csv", "x,y\n1,2\n", mapping).Skipped[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prompt=a", "Name both")]
    [InlineData("", "Name either")]
    [InlineData("text=a,turns=b", "Name either")]
    [InlineData("prompt", "'prompt' is not of the form")]
    [InlineData("question=a,answer=b", "'question' is not one of")]
    [InlineData("text=a,system=b", "Running text has no system column.")]
    public void A_mapping_that_cannot_be_used_says_why(string text, string says) =>
        Assert.Contains(says, ColumnMapping.Parse(text).Problem, StringComparison.Ordinal);

    [Fact]
    public void Turns_point_to_the_bytes_of_their_fields()
    {
        const string source = "{\"x\":\"é\",\"instruction\":\"Who?\",\"input\":\"é\",\"output\":\"Me.\"}\n";
        var record = Assert.Single(Read("a.jsonl", source).Records);
        var bytes = Encoding.UTF8.GetBytes(source);

        Assert.Equal("Me.", Encoding.UTF8.GetString(bytes[record.Turns[1].Start..record.Turns[1].End]));
        Assert.Equal("Who?\",\"input\":\"é", Encoding.UTF8.GetString(bytes[record.Turns[0].Start..record.Turns[0].End]));
        Assert.Equal(source.TrimEnd(), Encoding.UTF8.GetString(bytes[record.Start..record.End]));
        Assert.Equal((1, RecordForm.Instruction), (record.Row, record.Form));
    }

    [Fact]
    public void A_table_may_keep_turns_as_json_in_a_field()
    {
        var reading = Read("a.csv", "messages\n\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"Hi\"\"},{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"Hello\"\"}]\"\n");

        Assert.Equal("User:Hi|Assistant:Hello", Turns(Assert.Single(reading.Records)));
    }

    private static string Turns(DataRecord record) => string.Join('|', record.Turns.Select(turn => $"{turn.Role}:{turn.Text}"));

    private static RecordReading Read(string name, string source, ColumnMapping? mapping = null) =>
        RecordReader.Read((ExtractedText)Data.FileTypes.FileTypes.ByName(name)!.Read(Encoding.UTF8.GetBytes(source), TestContext.Current.CancellationToken), mapping);
}
