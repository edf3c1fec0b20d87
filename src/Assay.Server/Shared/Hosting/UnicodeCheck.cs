using System.Text;

namespace Assay.Server.Shared.Hosting;

/// <summary>Normalising silently does nothing where the ICU library is missing; names and ledger entries would then differ between machines.</summary>
internal static class UnicodeCheck
{
    /// <exception cref="PlatformNotSupportedException">Unicode normalisation does not work here.</exception>
    public static void Run()
    {
        if ("e\u0301".Normalize(NormalizationForm.FormC) != "\u00e9")
        {
            throw new PlatformNotSupportedException("Unicode normalisation does not work: install the ICU library (Debian: apt-get install libicu72).");
        }
    }
}
