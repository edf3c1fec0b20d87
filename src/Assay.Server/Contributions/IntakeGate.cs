using System.Text.Json;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Validation;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Datanets;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>What a file is refused for before it is kept. A refusal here uses nothing of anybody's day.</summary>
internal static class IntakeGate
{
    private const int MaxTextLength = 1000;

    /// <summary>Refusals that need nothing but the request and the datanet's row.</summary>
    public static Refusal? BeforeReceiving(CurrentUser user, DatanetRow datanet, IntakeRequest request)
    {
        if (!user.Is(Roles.Contributor))
        {
            return Refusal.Forbidden("Contributing needs the role 'contributor'. Ask the operator for it.");
        }

        if (NotOpen(datanet) is { } closed)
        {
            return closed;
        }

        var facts = request.Facts;
        return ((string?[])[facts.Source, facts.IntendedUse, facts.Note, facts.Language]).Any(text => text?.Length > MaxTextLength)
            ? Refusal.Invalid("Source, intended use and note may have 1,000 characters each.")
            : facts.Columns is { Length: > 0 } columns && ColumnMapping.Parse(columns).Problem is { } mapping ? Refusal.Invalid($"The columns cannot be used: {mapping}")
            : FileGate.CheckDeclared(Question(datanet, request, request.Declared, default)) is { } gate ? ToRefusal(gate) : null;
    }

    /// <summary>Refusals that need the bytes: content, exact duplicate; and whether the datanet was closed while they came.</summary>
    public static async Task<Refusal?> AfterReceivingAsync(AssayDb db, DatanetRow datanet, IntakeRequest request, StagedBlob staged, string accountId, CancellationToken cancel) =>
        NotOpen(datanet) is { } closed ? closed
        : FileGate.Check(Question(datanet, request, staged.Length, staged.Head)) is { } gate ? ToRefusal(gate)
        : await DuplicateAsync(db, datanet.Id, staged.Sha256, accountId, cancel);

    /// <summary>
    /// The refusal of bytes that were contributed before, to a datanet that this one is compared with; null when they are new. A removed file's hash stays, so its bytes do not come back, but for
    /// those who withdrew their own file: they may send it again.
    /// </summary>
    public static async Task<Refusal?> DuplicateAsync(AssayDb db, string datanetId, string sha256, string accountId, CancellationToken cancel)
    {
        var compared = Readable.Compared(db, datanetId);
        var first = await db.Contributions.Where(row => row.Sha256 == sha256 && compared.Any(datanet => datanet.Id == row.DatanetId) && !(row.Removal == RemoveEntry.Withdraw && row.AccountId == accountId)).OrderBy(row => row.ReceivedAt)
            .Select(row => new { row.Id, row.FileName, row.ReceivedAt, row.Removal }).FirstOrDefaultAsync(cancel);
        return first is null
            ? null
            : new Refusal(StatusCodes.Status409Conflict, first.Removal is null ? "duplicate" : "removed",
                $"The same bytes were contributed on {first.ReceivedAt:yyyy-MM-dd HH:mm} UTC {Became(first.Removal, first.FileName)}. Send something new; nothing was used of your quota.",
                new Dictionary<string, object?> { ["contribution"] = first.Id, ["location"] = $"/api/v1/contributions/{first.Id}" });
    }

    private static string Became(string? removal, string fileName) => removal switch
    {
        RemoveEntry.Withdraw => "and withdrawn by their contributor",
        RemoveEntry.Takedown => "and taken down",
        RemoveEntry.Void => "and found dishonest",
        _ => $"as '{fileName}'",
    };

    public static Refusal TooLong(long declared) => new(StatusCodes.Status413PayloadTooLarge, "longer_than_declared",
        $"The file is longer than the {declared} bytes that were declared. Declare its real length.");

    private static Refusal? NotOpen(DatanetRow datanet) => datanet.State == "open"
        ? null
        : Refusal.Conflict("not_open", $"The datanet '{datanet.Name}' is {datanet.State} and takes no files. Reason: {datanet.StateReason ?? "none given"}.");

    private static GateQuestion Question(DatanetRow datanet, IntakeRequest request, long size, ReadOnlyMemory<byte> head) =>
        new(request.Facts.FileName, size, head, Enum.Parse<DatanetKind>(datanet.Kind, ignoreCase: true)) { Licence = request.Facts.Licence, Licences = datanet.LicenceList };

    private static Refusal ToRefusal(GateRefusal gate) => new(
        gate.Reason switch
        {
            GateReason.TooLarge => StatusCodes.Status413PayloadTooLarge,
            GateReason.Licence or GateReason.Empty => StatusCodes.Status422UnprocessableEntity,
            _ => StatusCodes.Status415UnsupportedMediaType,
        },
        JsonNamingPolicy.SnakeCaseLower.ConvertName(gate.Reason.ToString()), $"{gate.Message} {gate.Fix}");
}
