namespace Assay.Server.Transparency;

internal static partial class LedgerLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger cannot be appended to: {Reason}")]
    public static partial void Stopped(ILogger log, string reason);
}
