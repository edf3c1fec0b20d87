namespace Assay.Server.Datanets.Reading;

/// <summary>What the pages say of each visibility.</summary>
internal static class VisibilityText
{
    public const string Readers = "only its owner, the people whom the owner invited and the operator of this installation read it.";

    public static string Of(Visibility visibility) => visibility switch
    {
        Visibility.Public => "Public: everybody reads, everybody with an account contributes",
        Visibility.Restricted => "Restricted: everybody reads, invited people contribute",
        _ => "Private: only invited people read, invited contributors contribute",
    };
}
