using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Data.FileTypes;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets;

/// <summary>POST /api/v1/datanets: opens a datanet. Name and kind never change afterwards.</summary>
internal static class OpenDatanet
{
    private const int MinExemplars = 3;
    private const int MaxExemplars = 20;
    private const int MaxExemplarLength = 100_000;

    /// <param name="Name">3 to 80 characters, unique without regard to case.</param>
    /// <param name="Kind">text, image or audio. Runs train on text; pictures and sound are judged, compared, ranked and exported.</param>
    /// <param name="Purpose">What belongs in it, 100 to 4,000 characters; relevance is scored against it.</param>
    /// <param name="Licences">SPDX names that contributions may carry, 1 to 10.</param>
    /// <param name="Exemplars">None, or 3 to 20 sample texts that show what belongs; never trained on.</param>
    /// <param name="Accept">Score from which a file is accepted, 600 to 900.</param>
    /// <param name="Approval">Whether files of others that pass the rules wait for the owner's decision.</param>
    /// <param name="Visibility">public, restricted (everybody reads, invited people contribute) or private (members only).</param>
    public sealed record Request(
        [property: Required, StringLength(80, MinimumLength = 3)] string Name,
        [property: Required, AllowedValues("text", "image", "audio")] string Kind,
        [property: Required, StringLength(4000, MinimumLength = 100)] string Purpose,
        [property: Required, Length(1, 10)] IReadOnlyList<string> Licences,
        [property: StringLength(200)] string Summary = "",
        [property: StringLength(20_000)] string Description = "",
        [property: Length(0, 10)] IReadOnlyList<string>? Tags = null,
        [property: Length(0, 10)] IReadOnlyList<string>? Languages = null,
        IReadOnlyList<Exemplar>? Exemplars = null,
        [property: Range(600, 900)] int Accept = 600,
        bool Approval = false,
        [property: AllowedValues("public", "restricted", "private")] string Visibility = "public");

    public static void Map(RouteGroupBuilder group) => group.MapPost("/", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<Created<DatanetView>, ProblemHttpResult>> HandleAsync(
        Request request, CurrentUser user, DbWriter writer, DatanetViews views, TimeProvider clock, CancellationToken cancel)
    {
        if (!user.Is(Roles.Owner))
        {
            return Refusal.Forbidden("Opening a datanet needs the role 'owner'. Ask the operator for it.").ToProblem();
        }

        if (Refuse(request) is { } why)
        {
            return Refusal.Invalid(why).ToProblem();
        }

        var row = Make(request, user.Id, clock.GetUtcNow());
        var opened = await writer.WriteAsync(async (db, stop) =>
        {
            if (row.Visibility != Visibility.Private && await NameTakenAsync(db, row, stop))
            {
                return false;
            }

            var owner = await db.Accounts.FirstAsync(account => account.Id == user.Id, stop);
            db.Datanets.Add(row);
            db.Append(LedgerFacts.Datanet(row, owner, row.OpenedAt));
            return true;
        }, cancel);

        return opened
            ? TypedResults.Created($"/api/v1/datanets/{row.Id}", await views.OneAsync(row.Id, user.Viewer, cancel))
            : NameTaken(row).ToProblem();
    }

    internal static Refusal NameTaken(DatanetRow row) => Refusal.Conflict("name_taken", $"A datanet named '{row.Name}' exists. Choose another name.");

    /// <summary>The limits of single fields, for callers that do not come through the endpoint; null when all hold.</summary>
    internal static string? FindProblem(Request request)
    {
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(request, new ValidationContext(request), problems, validateAllProperties: true) ? null : problems[0].ErrorMessage;
    }

    /// <summary>Whether another datanet that everybody reads has the name. Private ones take none: that a name is taken would tell of them.</summary>
    internal static Task<bool> NameTakenAsync(AssayDb db, DatanetRow row, CancellationToken stop) =>
        db.Datanets.AnyAsync(other => other.NameKey == row.NameKey && other.Id != row.Id && other.Visibility != Visibility.Private, stop);

    private static string? Refuse(Request request)
    {
        var words = request.Licences.Concat(request.Tags ?? []).Concat(request.Languages ?? []);
        if (DatanetWords.Problem("licence, tag or language", words) is { } bad)
        {
            return bad;
        }

        if (!DisplayName.IsClean(request.Name) || request.Name.Trim().Length < 3)
        {
            return "The name needs 3 to 80 characters, without control or invisible ones.";
        }

        var exemplars = request.Exemplars ?? [];
        if (exemplars.Count != 0 && exemplars.Count is < MinExemplars or > MaxExemplars)
        {
            return $"{exemplars.Count} exemplars were given; give none, or {MinExemplars} to {MaxExemplars}.";
        }

        return exemplars.FirstOrDefault(exemplar => exemplar.Text.Length is < 100 or > MaxExemplarLength || exemplar.Name.Length is < 1 or > 200) is { } wrong
            ? $"The exemplar '{wrong.Name[..Math.Min(40, wrong.Name.Length)]}' has {wrong.Text.Length} characters and a name of {wrong.Name.Length}; it needs 100 to {MaxExemplarLength}, and a name of 1 to 200."
            : null;
    }

    private static DatanetRow Make(Request request, string owner, DateTimeOffset now) => new()
    {
        Id = AssayDb.NewId("d_"),
        Name = request.Name.Trim().Normalize(),
        NameKey = request.Name.Trim().Normalize().ToUpperInvariant(),
        Kind = request.Kind,
        Summary = request.Summary.Trim(),
        Description = request.Description,
        Purpose = request.Purpose.Trim(),
        Tags = string.Join(',', request.Tags ?? []),
        Licences = string.Join(',', request.Licences.Distinct()),
        Languages = string.Join(',', request.Languages is { Count: > 0 } languages ? languages : ["en"]),
        Exemplars = JsonSerializer.Serialize(request.Exemplars ?? [], AssayJson.Options),
        Accept = request.Accept,
        Approval = request.Approval,
        Visibility = VisibilityRules.Parse(request.Visibility),
        Salt = Commitment.NewSalt(),
        OwnerId = owner,
        OpenedAt = now,
    };
}
