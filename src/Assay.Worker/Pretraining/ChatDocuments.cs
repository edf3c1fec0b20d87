using Assay.Models;

namespace Assay.Worker.Pretraining;

/// <summary>Documents turned into questions and answers, so that the base model answers in sentences.</summary>
internal static class ChatDocuments
{
    private static readonly string[] AboutTypes =
    [
        "What is {0}?", "What is {0} in {1}?", "Describe {0}.", "Describe the {0} type.", "What is {0} used for?", "Explain {0}.", "Tell me about the type {0}.",
    ];

    private static readonly string[] AboutMembers =
    [
        "What does {0} do?", "What does {0} in {1} do?", "Describe {0}.", "Describe the {2} {0}.", "Explain the {2} {0}.", "What is {0} for?", "Tell me about {0}.",
    ];

    /// <summary>Questions and answers about a document.</summary>
    /// <param name="document">What the answers come from.</param>
    /// <param name="index">Its place in the corpus; picks the phrasing.</param>
    /// <param name="seed">Seed of the recipe.</param>
    public static IEnumerable<(string Question, string Answer)> Of(MemberDocument document, int index, ulong seed)
    {
        var random = new CounterRandom(seed, "chat");
        int Pick(int salt, int count) => (int)(random.Bits(((long)index * 8) + salt) % (ulong)count);

        string[] phrasings = document.Kind is "type" ? AboutTypes : AboutMembers;
        bool shortened = document.Kind is "method" or "property" && Pick(1, 4) == 0;
        string name = shortened ? document.Name[(document.Name.LastIndexOf('.') + 1)..] : document.Kind is "constructor" ? $"the {document.Name} constructor" : document.Name;
        string question = string.Format(System.Globalization.CultureInfo.InvariantCulture, phrasings[Pick(0, phrasings.Length)], name, document.Namespace, document.Kind)
            .Replace("the constructor the", "the", StringComparison.Ordinal);
        yield return (question, Pick(2, 4) != 0 ? WithSubject(document, name) : document.Summary);

        if (document.Returns.Length > 0 && document.Kind is "method" && Pick(3, 2) == 0)
        {
            yield return ($"What does {document.Name} return?", document.Returns);
        }

        if (document.Parameters.Count > 0 && Pick(4, 3) == 0)
        {
            var (parameter, text) = document.Parameters[Pick(5, document.Parameters.Count)];
            yield return ($"What is the {parameter} parameter of {document.Name}?", text);
        }
    }

    /// <summary>"Gets the name." → "String.Name gets the name." when the summary begins with a verb in the third person.</summary>
    private static string WithSubject(MemberDocument document, string name)
    {
        string summary = document.Summary;
        int end = summary.IndexOf(' ', StringComparison.Ordinal);
        bool verb = end > 3 && summary[end - 1] == 's' && summary[end - 2] != 's' && char.IsUpper(summary[0]) && summary[1..end].All(char.IsLower)
            && summary[..end] is not ("This" or "Returns");
        string subject = name.StartsWith("the ", StringComparison.Ordinal) ? "T" + name[1..] : name;
        return verb ? $"{subject} {char.ToLowerInvariant(summary[0])}{summary[1..]}" : summary;
    }
}
