namespace Assay.Server.Contributions;

internal static partial class SweepLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Swept {Reservations} abandoned reservations, {Staging} staging files, {Blobs} blobs without a row, {Folders} folders of ended runs")]
    public static partial void Swept(ILogger log, int reservations, int staging, int blobs, int folders);
}
