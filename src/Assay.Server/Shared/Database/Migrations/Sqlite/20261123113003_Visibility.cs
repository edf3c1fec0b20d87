using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Visibility : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_datanet_NameKey",
                table: "datanet");

            migrationBuilder.AddColumn<string>(
                name: "Datanets",
                table: "run",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "PublishedAt",
                table: "datanet",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "Salt",
                table: "datanet",
                type: "BLOB",
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.AddColumn<string>(
                name: "Visibility",
                table: "datanet",
                type: "TEXT",
                nullable: false,
                defaultValue: "Public");

            // Until now everybody read everything, and the owner chose who contributes.
            migrationBuilder.Sql("UPDATE datanet SET Visibility = 'Restricted' WHERE Invited");
            migrationBuilder.Sql("UPDATE datanet SET Salt = randomblob(32)");

            migrationBuilder.DropColumn(
                name: "Invited",
                table: "datanet");

            migrationBuilder.CreateIndex(
                name: "IX_datanet_NameKey",
                table: "datanet",
                column: "NameKey",
                unique: true,
                filter: "\"Visibility\" <> 'Private'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_datanet_NameKey",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "Datanets",
                table: "run");

            migrationBuilder.DropColumn(
                name: "PublishedAt",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "Salt",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "Visibility",
                table: "datanet");

            migrationBuilder.AddColumn<bool>(
                name: "Invited",
                table: "datanet",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "IX_datanet_NameKey",
                table: "datanet",
                column: "NameKey",
                unique: true);
        }
    }
}
