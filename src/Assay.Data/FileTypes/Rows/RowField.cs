namespace Assay.Data.FileTypes.Rows;

/// <summary>A value of a row, as a tree: text, or the items of a list or object.</summary>
/// <param name="Name">Name of the column or member; empty for an item of a list.</param>
/// <param name="Text">The words, escapes resolved; a number or truth value as it is written; null for a list, an object, or nothing at all.</param>
/// <param name="Start">First byte of the value in the source, without its quotes (.jsonl, .csv), or in the stored extraction (.parquet).</param>
/// <param name="End">Byte after the last one.</param>
/// <param name="Items">Items of a list, members of an object; empty for a text.</param>
public sealed record RowField(string Name, string? Text, int Start, int End, IReadOnlyList<RowField> Items)
{
    /// <summary>The member of an object with this name, without regard to case; null when there is none.</summary>
    public RowField? Member(string name) => Items.FirstOrDefault(item => item.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Every text in it, in order.</summary>
    public IEnumerable<RowField> Texts() => Text is null ? Items.SelectMany(item => item.Texts()) : [this];
}
