namespace Assay.Server.Transparency;

internal sealed class LedgerOptions
{
    /// <summary>Name of the log, fixed at the first start: no blank, no plus. Empty: <c>assay.localhost/</c> and 8 random hex digits.</summary>
    public string Origin { get; set; } = "";
}
