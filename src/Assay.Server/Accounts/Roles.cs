namespace Assay.Server.Accounts;

/// <summary>The roles an account may hold and the API scopes each brings.</summary>
internal static class Roles
{
    public const string Operator = "operator";
    public const string Owner = "owner";
    public const string Reviewer = "reviewer";
    public const string Contributor = "contributor";
    public const string Builder = "builder";

    public static IReadOnlyList<string> All { get; } = [Operator, Owner, Reviewer, Contributor, Builder];

    /// <summary>What everybody who signs up may do: contribute, open datanets, build models.</summary>
    public static IReadOnlyList<string> OnSignUp { get; } = [Owner, Contributor, Builder];

    public static IReadOnlyList<string> ScopesOf(IEnumerable<string> roles)
    {
        var scopes = new SortedSet<string>(StringComparer.Ordinal) { Scopes.Read };
        foreach (var role in roles)
        {
            scopes.UnionWith(role switch
            {
                Operator => [Scopes.Contribute, Scopes.Train, Scopes.Infer, Scopes.Admin],
                Builder => [Scopes.Train, Scopes.Infer],
                _ => [Scopes.Contribute],
            });
        }

        return [.. scopes];
    }
}
