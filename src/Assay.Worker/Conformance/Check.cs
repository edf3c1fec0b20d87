namespace Assay.Worker.Conformance;

/// <summary>One check of a golden folder, not yet carried out.</summary>
/// <param name="Name">Printed name, without blanks.</param>
/// <param name="Measure">Carries it out; an exception fails this check only.</param>
internal sealed record Check(string Name, Func<Figure> Measure)
{
    /// <summary>Why it cannot be asked of these goldens, or null; such a check counts neither way.</summary>
    public string? Skipped { get; init; }
}
