using System.Text;
using Assay.Ledger.Entries;

namespace Assay.Ledger.Tests.Entries;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":"é \u0001\b\t\n\f\r\"\\/","b":-9007199254740991,"c":[],"d":{"e":[true,false,[1,2]]}}""")]
    [InlineData("""{"":1}""", false)]
    [InlineData("""{"B":1,"a":2}""")]
    public void Canonical_objects_are_accepted(string json, bool accepted = true)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        if (accepted)
        {
            Assert.Equal(System.Text.Json.JsonValueKind.Object, CanonicalJson.Parse(bytes).ValueKind);
        }
        else
        {
            Assert.Throws<LedgerFormatException>(() => CanonicalJson.Parse(bytes));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("""{"b":1,"a":2}""")]
    [InlineData("""{"a":1,"a":1}""")]
    [InlineData("""{"a": 1}""")]
    [InlineData("""{"a":1} """)]
    [InlineData("""{"a":1}{}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":1.0}""")]
    [InlineData("""{"a":1e3}""")]
    [InlineData("""{"a":-0}""")]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":9007199254740992}""")]
    [InlineData("""{"a":-9007199254740992}""")]
    [InlineData("""{"a":99999999999999999999}""")]
    [InlineData("""{"a":null}""")]
    [InlineData("""{"a":"\u0041"}""")]
    [InlineData("""{"a":"\/"}""")]
    [InlineData("""{"a":"\u001F"}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"é":1}""")]
    [InlineData("{\"a\":\"e\u0301\"}")]
    [InlineData("{\"a\":\"\t\"}")]
    [InlineData("""{"a":[[[[[[[[1]]]]]]]]}""")]
    [InlineData("/**/{}")]
    [InlineData("\uFEFF{}")]
    public void Anything_else_is_refused(string json) => Assert.Throws<LedgerFormatException>(() => CanonicalJson.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        Assert.Throws<LedgerFormatException>(() => CanonicalJson.Parse([.. "{\"a\":\""u8, 0xff, .. "\"}"u8]));
        Assert.Throws<LedgerFormatException>(() => CanonicalJson.Parse([.. "{\"a\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8]));
        Assert.Throws<LedgerFormatException>(() => CanonicalJson.Parse([.. "{\""u8, 0xff, .. "\":1}"u8]));
    }

    [Fact]
    public void Members_come_out_sorted_and_null_adds_nothing()
    {
        var json = new CanonicalObject().Add("b", 1).Add("a", "x").Add("none", (string?)null).Add("Z", [1L, 2L]).Add("c", ["y"]);

        Assert.Equal("""{"Z":[1,2],"a":"x","b":1,"c":["y"]}""", Encoding.UTF8.GetString(json.ToBytes()));
        Assert.Throws<ArgumentException>(() => json.Add("a", "again"));
        Assert.Throws<ArgumentException>(() => json.Add("ä", "x"));
        Assert.Throws<ArgumentException>(() => json.Add("s", "\ud800"));
        Assert.Throws<ArgumentOutOfRangeException>(() => json.Add("n", CanonicalJson.MaxInteger + 1));
    }
}
