using Assay.Data.Records;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation;

/// <summary>What a datanet asks of its files: the side of a validation that belongs to the owner.</summary>
/// <param name="Purpose">What belongs in the datanet; relevance is scored against it.</param>
public sealed record ValidationProfile(string Purpose)
{
    /// <summary>The owner's longer description; part of the relevance profile.</summary>
    public string Description { get; init; } = "";

    /// <summary>The owner's tags; part of the relevance profile.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Texts the owner gave as examples; part of the relevance profile, never trained on.</summary>
    public IReadOnlyList<string> Exemplars { get; init; } = [];

    /// <summary>Heaviest terms of the files accepted before the owner last renewed the profile, as bucket and weight; null before the first renewal.</summary>
    public IReadOnlyDictionary<int, double>? AcceptedTerms { get; init; }

    /// <summary>Number of the frozen relevance profile, shown in the finding; 0 where there is none, as offline.</summary>
    public int Version { get; init; }

    /// <summary>Declared languages as ISO 639-1 codes (<c>en</c>, <c>de</c>); empty when any language may come.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Licences the datanet takes, as SPDX identifiers; empty when not restricted.</summary>
    public IReadOnlyList<string> Licences { get; init; } = [];

    /// <summary>Which columns of rows hold what, as the owner says; null to recognise them by their names.</summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>Whether pictures in a PDF are left out and counted; otherwise such a PDF is refused with the page named.</summary>
    public bool IgnorePdfImages { get; init; }

    /// <summary>What happens to personal data.</summary>
    public PiiPolicy Pii { get; init; }

    /// <summary>The operator's own patterns of personal data, searched besides the built-in kinds. They passed <see cref="PiiPatternCheck"/>.</summary>
    public IReadOnlyList<PiiPattern> Patterns { get; init; } = [];
}
