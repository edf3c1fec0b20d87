using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Review : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "CaseId",
                table: "vote",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "Salt",
                table: "vote",
                type: "BLOB",
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.AddColumn<bool>(
                name: "Approval",
                table: "datanet",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Removal",
                table: "contribution",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "account_link",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    OtherId = table.Column<string>(type: "TEXT", nullable: false),
                    StatedBy = table.Column<string>(type: "TEXT", nullable: false),
                    StatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_account_link", x => new { x.AccountId, x.OtherId });
                });

            migrationBuilder.CreateTable(
                name: "account_place",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    Place = table.Column<string>(type: "TEXT", nullable: false),
                    SeenAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_account_place", x => new { x.AccountId, x.Place });
                });

            migrationBuilder.CreateTable(
                name: "assignment",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ReviewerId = table.Column<string>(type: "TEXT", nullable: false),
                    ContributionId = table.Column<string>(type: "TEXT", nullable: false),
                    CaseId = table.Column<long>(type: "INTEGER", nullable: true),
                    Seed = table.Column<long>(type: "INTEGER", nullable: false),
                    Among = table.Column<int>(type: "INTEGER", nullable: false),
                    AssignedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Passed = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_assignment", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "gold",
                columns: table => new
                {
                    ContributionId = table.Column<string>(type: "TEXT", nullable: false),
                    Accept = table.Column<bool>(type: "INTEGER", nullable: false),
                    MarkedBy = table.Column<string>(type: "TEXT", nullable: false),
                    MarkedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Active = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_gold", x => x.ContributionId);
                });

            migrationBuilder.CreateTable(
                name: "review_case",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ContributionId = table.Column<string>(type: "TEXT", nullable: false),
                    Round = table.Column<int>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    Appeal = table.Column<string>(type: "TEXT", nullable: true),
                    Seed = table.Column<long>(type: "INTEGER", nullable: true),
                    OpenedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastMoveAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ClosedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Accepted = table.Column<bool>(type: "INTEGER", nullable: true),
                    DecidedBy = table.Column<string>(type: "TEXT", nullable: true),
                    Reason = table.Column<string>(type: "TEXT", nullable: true),
                    VerdictBefore = table.Column<long>(type: "INTEGER", nullable: true),
                    VerdictEntryId = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_review_case", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "reviewer",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    ResumedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_reviewer", x => x.AccountId);
                });

            migrationBuilder.CreateIndex(
                name: "IX_vote_CaseId",
                table: "vote",
                column: "CaseId");

            migrationBuilder.CreateIndex(
                name: "IX_vote_ReviewerId",
                table: "vote",
                column: "ReviewerId");

            migrationBuilder.CreateIndex(
                name: "IX_account_link_OtherId",
                table: "account_link",
                column: "OtherId");

            migrationBuilder.CreateIndex(
                name: "IX_account_place_Place",
                table: "account_place",
                column: "Place");

            migrationBuilder.CreateIndex(
                name: "IX_account_place_SeenAt",
                table: "account_place",
                column: "SeenAt");

            migrationBuilder.CreateIndex(
                name: "IX_assignment_CaseId",
                table: "assignment",
                column: "CaseId");

            migrationBuilder.CreateIndex(
                name: "IX_assignment_ContributionId",
                table: "assignment",
                column: "ContributionId");

            migrationBuilder.CreateIndex(
                name: "IX_assignment_ReviewerId_EndedAt",
                table: "assignment",
                columns: new[] { "ReviewerId", "EndedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_review_case_ClosedAt_Kind",
                table: "review_case",
                columns: new[] { "ClosedAt", "Kind" });

            migrationBuilder.CreateIndex(
                name: "IX_review_case_ContributionId_Round",
                table: "review_case",
                columns: new[] { "ContributionId", "Round" },
                unique: true);

            // Files that wait for a person wait in a round from now on; what was voted on before belongs to a round that is closed.
            migrationBuilder.Sql("""
                INSERT INTO review_case (ContributionId, Round, Kind, OpenedAt, LastMoveAt, VerdictBefore)
                SELECT Id, 1, 'Borderline', COALESCE(DecidedAt, ReceivedAt), COALESCE(DecidedAt, ReceivedAt), VerdictEntryId FROM contribution WHERE State = 'Review';
                INSERT INTO review_case (ContributionId, Round, Kind, OpenedAt, LastMoveAt, ClosedAt, Accepted, VerdictEntryId)
                SELECT Id, 1, 'Borderline', ReceivedAt, DecidedAt, DecidedAt, State = 'Accepted', VerdictEntryId FROM contribution
                WHERE State IN ('Accepted', 'Rejected') AND EXISTS (SELECT 1 FROM vote WHERE vote.ContributionId = contribution.Id);
                UPDATE vote SET CaseId = (SELECT review_case.Id FROM review_case WHERE review_case.ContributionId = vote.ContributionId);
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "account_link");

            migrationBuilder.DropTable(
                name: "account_place");

            migrationBuilder.DropTable(
                name: "assignment");

            migrationBuilder.DropTable(
                name: "gold");

            migrationBuilder.DropTable(
                name: "review_case");

            migrationBuilder.DropTable(
                name: "reviewer");

            migrationBuilder.DropIndex(
                name: "IX_vote_CaseId",
                table: "vote");

            migrationBuilder.DropIndex(
                name: "IX_vote_ReviewerId",
                table: "vote");

            migrationBuilder.DropColumn(
                name: "CaseId",
                table: "vote");

            migrationBuilder.DropColumn(
                name: "Salt",
                table: "vote");

            migrationBuilder.DropColumn(
                name: "Approval",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "Removal",
                table: "contribution");
        }
    }
}
