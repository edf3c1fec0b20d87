namespace Assay.Server.Accounts;

/// <summary>What an API key may be used for.</summary>
internal static class Scopes
{
    public const string Read = "read";
    public const string Contribute = "contribute";
    public const string Train = "train";
    public const string Infer = "infer";
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Read, Contribute, Train, Infer, Admin];
}
