namespace Assay.Models.Engine.Plans;

/// <summary>Which hub row fills which engine row.</summary>
public abstract record RowOrder
{
    /// <summary>Engine row i is hub row i.</summary>
    public static RowOrder Identity { get; } = new IdentityRows();

    /// <summary>Whether nothing moves.</summary>
    public bool IsIdentity => this is IdentityRows;

    /// <summary>For each engine row, the hub row that fills it; a permutation of 0 … rows − 1.</summary>
    /// <param name="rows">O of the hub layer.</param>
    public abstract int[] HubRows(int rows);

    private sealed record IdentityRows : RowOrder
    {
        public override int[] HubRows(int rows) => [.. Enumerable.Range(0, rows)];
    }
}
