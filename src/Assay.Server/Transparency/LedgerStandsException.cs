namespace Assay.Server.Transparency;

/// <summary>An entry gets no index now: the disk is full, or the log is damaged. Becomes 503; what was acknowledged is stored and follows later.</summary>
internal sealed class LedgerStandsException(string message) : Exception(message);
