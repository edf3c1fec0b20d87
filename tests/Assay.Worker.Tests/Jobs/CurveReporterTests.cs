using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Worker.Jobs;

namespace Assay.Worker.Tests.Jobs;

public sealed class CurveReporterTests
{
    private static readonly LeaseGrant Lease = new(1, 1, "train", DateTimeOffset.MaxValue, default);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_batch_is_sent_again_until_the_server_takes_it()
    {
        using var server = Listen(out var address);
        using var client = new LeaseClient(address, "secret", "w");
        await using var curves = new CurveReporter(client, Lease, perSecond: 100, Cancel);
        curves.Report("running", 2, new RunPoint(2, 1.5));
        var flushed = curves.FlushAsync();

        await AnswerAsync(server, HttpStatusCode.ServiceUnavailable);
        await AnswerAsync(server, HttpStatusCode.ServiceUnavailable);
        var taken = await AnswerAsync(server, HttpStatusCode.NoContent);

        await flushed;
        Assert.Equal(2, Assert.Single(taken.Points).Step);
    }

    [Fact]
    public async Task A_cancelled_reporter_does_not_wait_for_a_server_that_is_gone()
    {
        using var server = Listen(out var address);
        using var client = new LeaseClient(address, "secret", "w");
        using var stop = new CancellationTokenSource();
        await using var curves = new CurveReporter(client, Lease, perSecond: 100, stop.Token);
        curves.Report("running", 2, new RunPoint(2, 1.5));
        var flushed = curves.FlushAsync();
        await AnswerAsync(server, HttpStatusCode.ServiceUnavailable);

        await stop.CancelAsync();

        await flushed;
    }

    private static HttpListener Listen(out Uri address)
    {
        // The port that a socket was given a moment ago.
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        probe.Stop();
        var server = new HttpListener();
        server.Prefixes.Add(address.ToString());
        server.Start();
        return server;
    }

    private static async Task<TrainProgress> AnswerAsync(HttpListener server, HttpStatusCode status)
    {
        var context = await server.GetContextAsync().WaitAsync(Cancel);
        var sent = (await JsonSerializer.DeserializeAsync<TrainProgress>(context.Request.InputStream, AssayJson.Options, Cancel))!;
        context.Response.StatusCode = (int)status;
        context.Response.Close();
        return sent;
    }
}
