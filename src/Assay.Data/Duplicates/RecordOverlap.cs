namespace Assay.Data.Duplicates;

/// <summary>How much of one record stands word for word in another.</summary>
/// <param name="Record">Number of the record in its file, from 1.</param>
/// <param name="Shared">Runs of four words in both.</param>
/// <param name="Mine">Runs of the record itself.</param>
/// <param name="Theirs">Runs of the earlier one.</param>
/// <param name="Neighbour">What the earlier one is called in the evidence.</param>
/// <param name="Contribution">Id of the contribution that it belongs to.</param>
/// <param name="IsElsewhere">It belongs to another datanet.</param>
/// <param name="Passages">The longest shared passages, words only.</param>
public sealed record RecordOverlap(int Record, int Shared, int Mine, int Theirs, string Neighbour, string Contribution, bool IsElsewhere, IReadOnlyList<string> Passages)
{
    /// <summary>Position of the record in the file, from 0.</summary>
    public int Index { get; init; }

    /// <summary>What the index calls the earlier record.</summary>
    public long Earlier { get; init; }

    /// <summary>Share of the earlier record that stands in this one, 0 to 1.</summary>
    public double Taken() => Theirs == 0 ? 0 : (double)Shared / Theirs;

    /// <summary>Share of this record that stands in the earlier one, 0 to 1.</summary>
    public double Borrowed() => Mine == 0 ? 0 : (double)Shared / Mine;
}
