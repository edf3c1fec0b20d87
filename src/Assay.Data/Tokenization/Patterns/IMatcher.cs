namespace Assay.Data.Tokenization.Patterns;

/// <summary>Finds stretches of a text.</summary>
internal interface IMatcher
{
    /// <summary>Matches in order, none empty, none touching another's characters.</summary>
    List<TextSpan> Find(ReadOnlySpan<char> text);
}
