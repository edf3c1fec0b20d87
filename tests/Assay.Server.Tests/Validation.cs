using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Data.Validation;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests;

/// <summary>A validation worker inside the test: leases over HTTP, inspects, reports, as the child process does.</summary>
internal static class Validation
{
    /// <summary>Decides every file that waits.</summary>
    public static async Task ValidateAsync(this AssayServer server)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var worker = server.Worker("test");
        while (await WaitsAsync(server, cancel))
        {
            var lease = (await worker.NextAsync("validate", cancel))!;
            Assert.True(await worker.InspectedAsync(lease, await InspectAsync(worker, lease), cancel));
        }
    }

    /// <summary>What a worker would report of a leased file.</summary>
    public static async Task<byte[]> InspectAsync(LeaseClient worker, LeaseGrant lease)
    {
        var cancel = TestContext.Current.CancellationToken;
        var payload = lease.Payload.Deserialize<ValidatePayload>(AssayJson.Options)!;
        var request = payload.Request.Deserialize<InspectionRequest>(InspectionJson.Options)!;
        return JsonSerializer.SerializeToUtf8Bytes(ValidationPipeline.Inspect(await worker.BlobAsync(lease, cancel), request, cancel), InspectionJson.Options);
    }

    /// <summary>Forgets that files were sent, so that another test may send the same bytes to the same server.</summary>
    public static Task WithdrawAsync(this AssayServer server, params IReadOnlyList<string> contributions) => server.Get<DbWriter>().WriteAsync((db, stop) =>
        db.Contributions.Where(row => contributions.Contains(row.Id)).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Sha256, row => "withdrawn-" + row.Id).SetProperty(row => row.TextSha256, (string?)null), stop), TestContext.Current.CancellationToken);

    private static async Task<bool> WaitsAsync(AssayServer server, CancellationToken cancel)
    {
        await using var db = server.Read();
        return await db.Jobs.AnyAsync(job => job.Kind == "validate" && job.State == JobState.Queued, cancel);
    }
}
