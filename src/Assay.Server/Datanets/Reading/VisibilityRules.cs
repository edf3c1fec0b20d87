using Assay.Server.Shared;

namespace Assay.Server.Datanets.Reading;

/// <summary>Which changes of visibility are possible. Pure.</summary>
internal static class VisibilityRules
{
    /// <summary>The words of the wire.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetNames<Visibility>().Select(name => name.ToLowerInvariant())];

    public static string Word(Visibility visibility) => visibility.ToString().ToLowerInvariant();

    public static Visibility Parse(string word) => Enum.Parse<Visibility>(word, ignoreCase: true);

    /// <summary>
    /// Why a datanet does not become that; null when it does. Between public and restricted the owner changes at will. What was published stays
    /// published: others may have read it, and findings elsewhere may quote it. A private one is published with everything in it, once and for good, so
    /// the owner repeats its name.
    /// </summary>
    /// <param name="datanet">As it is.</param>
    /// <param name="next">As it is to be.</param>
    /// <param name="used">Whether a file was ever received or access to train ever asked for.</param>
    /// <param name="confirmed">What the owner typed to confirm; null: nothing.</param>
    public static Refusal? Refuse(DatanetRow datanet, Visibility next, bool used, string? confirmed) => (datanet.Visibility, next) switch
    {
        (Visibility.Private, not Visibility.Private) when confirmed?.Trim() != datanet.Name => Refusal.Conflict("not_confirmed",
            $"Publishing shows everybody all files, records, versions and names of this datanet, and it cannot be taken back. To confirm, repeat its name in 'confirm': {datanet.Name}"),
        (not Visibility.Private, Visibility.Private) when used => Refusal.Conflict("published",
            "This datanet was open to readers, and what was published is not taken back. Open a private datanet and bring the files in there; here they can be withdrawn."),
        _ => null,
    };
}
