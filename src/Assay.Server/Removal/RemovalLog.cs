namespace Assay.Server.Removal;

internal static partial class RemovalLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The content of removed files could not be erased; a later look tries again")]
    public static partial void Failed(ILogger log, Exception failure);
}
