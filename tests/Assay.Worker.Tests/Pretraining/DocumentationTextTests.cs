using System.Xml.Linq;
using Assay.Worker.Pretraining;

namespace Assay.Worker.Tests.Pretraining;

public sealed class DocumentationTextTests
{
    [Fact]
    public void A_member_becomes_plain_sentences()
    {
        var document = Read("""
            <member name="M:System.Collections.Generic.List`1.Insert(System.Int32,`0)">
              <summary>Inserts an element into the <see cref="T:System.Collections.Generic.List`1" /> at the
                specified index. See <see langword="null" />.</summary>
              <param name="index">The zero-based index at which <paramref name="item" /> should be inserted</param>
              <param name="item"></param>
              <returns><see langword="true" /> if done ; otherwise, <c>false</c>.</returns>
              <remarks><para>First.</para><code>var x = 1;</code><para>Second.</para></remarks>
            </member>
            """)!;

        Assert.Equal(("method", "System.Collections.Generic", "List.Insert"), (document.Kind, document.Namespace, document.Name));
        Assert.Equal(
            "List.Insert is a method in System.Collections.Generic. Inserts an element into the List at the specified index. See null. "
            + "Parameter index: The zero-based index at which item should be inserted. Returns: true if done; otherwise, false. Remarks: First. Second.",
            document.Text);
    }

    [Theory]
    [InlineData("T:System.Text.StringBuilder", "type", "System.Text", "StringBuilder")]
    [InlineData("M:System.Text.StringBuilder.#ctor(System.Int32)", "constructor", "System.Text", "StringBuilder")]
    [InlineData("P:System.String.Length", "property", "System", "String.Length")]
    [InlineData("E:System.AppDomain.ProcessExit", "event", "System", "AppDomain.ProcessExit")]
    public void Kind_namespace_and_name_come_from_the_identifier(string id, string kind, string space, string name)
    {
        var document = Read($"<member name=\"{id}\"><summary>A summary of four words.</summary></member>")!;

        Assert.Equal((kind, space, name), (document.Kind, document.Namespace, document.Name));
    }

    [Theory]
    [InlineData("T:A.B", "To be added.")]
    [InlineData("T:A.B", "Too short.")]
    [InlineData("T:A.B", "__m256i _mm256_abs_epi16 (__m256i a) VPABSW ymm")]
    [InlineData("M:A.B.op_Addition(A.B)", "Adds two values of the type.")]
    [InlineData("M:A.B.C#D", "An explicit implementation of an interface.")]
    [InlineData("X", "A summary of four words.")]
    public void What_nobody_would_read_is_left_out(string id, string summary) =>
        Assert.Null(Read($"<member name=\"{id}\"><summary>{summary}</summary></member>"));

    private static MemberDocument? Read(string xml) => DocumentationText.Read("A", XElement.Load(new StringReader(xml)));
}
