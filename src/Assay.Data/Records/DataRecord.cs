namespace Assay.Data.Records;

/// <summary>One training record, taken from its source word for word.</summary>
/// <param name="Index">Position in the file, from 0.</param>
/// <param name="Form">How it was recognised.</param>
/// <param name="Turns">One turn for a chunk, two (user, assistant) for a section, block or instruction; a conversation may begin with a system turn, then user and assistant alternate, the assistant last.</param>
/// <param name="Start">First byte of the record, counted like <see cref="RecordTurn.Start"/>.</param>
/// <param name="End">Byte after the last one.</param>
public sealed record DataRecord(int Index, RecordForm Form, IReadOnlyList<RecordTurn> Turns, int Start, int End)
{
    /// <summary>Number of the row it came from, from 1; 0 where the source has no rows.</summary>
    public int Row { get; init; }

    /// <summary>What evidence calls it: its row where there is one, else its position from 1.</summary>
    public int Number => Row > 0 ? Row : Index + 1;

    /// <summary>The turns' texts joined by a blank line: what duplicates are searched in.</summary>
    public string JoinedText() => Turns.Count == 1 ? Turns[0].Text : string.Join("\n\n", Turns.Select(turn => turn.Text));
}
