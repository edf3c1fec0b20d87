using Assay.Worker.Pretraining;

namespace Assay.Worker.Tests.Pretraining;

public sealed class PackedRowsTests
{
    private static readonly int[][] Documents = [.. Enumerable.Range(0, 40).Select(document => (int[])[0, .. Enumerable.Range(1, 2 + (document % 7)).Select(place => (document * 10) + place)])];

    [Fact]
    public void Every_row_is_full_and_begins_with_a_document()
    {
        var rows = new PackedRows(Documents, 16, 1, "test");

        Assert.All(Enumerable.Range(0, 60), index =>
        {
            int[] row = rows.Row(index);
            Assert.Equal(16, row.Length);
            Assert.Equal(0, row[0]);
        });
    }

    [Fact]
    public void A_row_is_the_same_in_any_order_of_asking()
    {
        var forwards = new PackedRows(Documents, 16, 1, "test");
        var backwards = new PackedRows(Documents, 16, 1, "test");

        int[][] one = [.. Enumerable.Range(0, 50).Select(index => forwards.Row(index))];
        int[][] other = [.. Enumerable.Range(0, 50).Reverse().Select(index => backwards.Row(index)).Reverse()];

        Assert.Equal(one, other);
    }

    [Fact]
    public void A_pass_begins_every_document_and_the_next_pass_has_another_order()
    {
        var rows = new PackedRows([.. Documents.Select(document => document[..2])], 2, 1, "test");

        int[][] passes = [.. Enumerable.Range(0, 2).Select(pass => Enumerable.Range(pass * 40, 40).Select(index => rows.Row(index)[1]).ToArray())];

        Assert.Equal(passes[0].Order(), passes[1].Order());
        Assert.Equal(40, passes[0].Distinct().Count());
        Assert.NotEqual(passes[0], passes[1]);
    }
}
