using Assay.Data.FileTypes;
using Assay.Data.Records;

namespace Assay.Data.Validation;

/// <summary>What the rules see of a file that could be read.</summary>
/// <param name="Request">The datanet's and the contributor's side.</param>
/// <param name="Type">The file's type.</param>
/// <param name="Content">What was read out of it.</param>
/// <param name="Reading">The records found in it; none for pictures and sound.</param>
public sealed record ValidationContext(InspectionRequest Request, IFileType Type, FileContent Content, RecordReading Reading)
{
    /// <summary>The text of a file of a text datanet.</summary>
    /// <exception cref="InvalidCastException">The file is a picture or a sound clip: a rule for texts was asked about it.</exception>
    public ExtractedText Text => (ExtractedText)Content;

    /// <summary>What is judged as language: the document, or the words of the records that its rows became.</summary>
    internal JudgedText Words => field ??= JudgedText.OfRecords(Text, Reading);

    /// <summary>What is learnt: the document, or the answers and running texts of the records that its rows became.</summary>
    internal JudgedText Answers => field ??= JudgedText.OfRecords(Text, Reading, turn => turn.Role is TurnRole.Assistant or TurnRole.Text);

    /// <summary>What must not hide anything: the document, or every text of every row, columns that become no record included.</summary>
    internal JudgedText Everything => field ??= JudgedText.OfEverything(Text);

    /// <summary>What sort of text it is, which rules take their parameters from.</summary>
    internal TextProfile Profile => field ??= TextProfile.Of(Text, Words.Text, Text.Rows is null ? [Words.Text] : Reading.Records.SelectMany(record => record.Turns).Select(turn => turn.Text));
}
