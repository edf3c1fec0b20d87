namespace Assay.Server.ModelCatalog;

internal static partial class ModelLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The folder '{Path}' is no usable base model: {Reason}")]
    public static partial void Unreadable(ILogger log, string path, string reason);
}
