namespace Assay.Worker.Pretraining;

/// <summary>What the reference documentation says about one member, as plain text.</summary>
/// <param name="Assembly">Assembly the documentation belongs to.</param>
/// <param name="Kind">type, method, property, field, event or constructor.</param>
/// <param name="Namespace">Namespace, possibly with outer types.</param>
/// <param name="Name">Type, or Type.Member.</param>
/// <param name="Summary">Sentences.</param>
/// <param name="Parameters">Names and their descriptions.</param>
/// <param name="Returns">Sentences, or empty.</param>
/// <param name="Remarks">Sentences, or empty.</param>
internal sealed record MemberDocument(
    string Assembly,
    string Kind,
    string Namespace,
    string Name,
    string Summary,
    IReadOnlyList<(string Name, string Text)> Parameters,
    string Returns,
    string Remarks)
{
    /// <summary>Everything that is said about the member, without its name: equal bodies are duplicates.</summary>
    public string Body =>
        string.Join(' ', [Summary, .. Parameters.Select(parameter => $"Parameter {parameter.Name}: {parameter.Text}"), .. Labelled("Returns:", Returns), .. Labelled("Remarks:", Remarks)]);

    /// <summary>The document as sentences.</summary>
    public string Text => $"{Name} is a {Kind} in {Namespace}. {Body}";

    private static IEnumerable<string> Labelled(string label, string text) => text.Length == 0 ? [] : [label, text];
}
